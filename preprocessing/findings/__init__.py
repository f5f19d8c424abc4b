"""What is wrong with a data set: each check measures one fault, says where it shows and proposes a change."""
