"""Names in Keras, PyTorch, scikit-learn and Hugging Face, and their equivalents in Gradus."""

import re
from collections.abc import Mapping

_KEYS: Mapping[str, str] = {
    "activation": "act activation_fn activation_function activations hidden_act nonlinearity",
    "batch_norm": "batch_normalization batchnorm bn norm normalization use_batch_norm use_bn",
    "batch_size": (
        "batch batches batchsize bs mini_batch_size minibatch_size per_device_train_batch_size train_batch_size"
    ),
    "beta1": "beta_1 betas",
    "beta2": "beta_2",
    "bias": "use_bias",
    "channels": "filters n_filters num_filters out_channels",
    "checkpoint": "checkpoints save_steps save_strategy save_total_limit",
    "clip_norm": (
        "clip clip_grad clip_grad_norm clip_value clipnorm global_clipnorm grad_clip gradient_clip "
        "gradient_clip_val gradient_clipping max_grad_norm max_norm"
    ),
    "dataset": "data data_set dataset_name train_data train_dataset",
    "decay": "lr_decay",
    "device": "accelerator cuda gpu gpus no_cuda use_cpu use_cuda use_gpu",
    "dilation": "dilation_rate",
    "dropout": "drop_prob drop_rate dropout_p dropout_prob dropout_rate hidden_dropout_prob p",
    "early_stopping": "early_stop earlystopping n_iter_no_change tol",
    "eps": "epsilon",
    "epochs": (
        "epoch iterations max_epochs max_iter max_steps n_epoch n_epochs n_iter nb_epoch num_epochs "
        "num_train_epochs num_iterations steps train_epochs"
    ),
    "factor": "gamma power_t",
    "init": "bias_initializer initialization initializer init_method kernel_initializer weight_init weight_initializer",
    "kernel": "filter_size kernel_size",
    "kind": "class_name type",
    "l1": "l1_reg l1_regularization lambda_l1",
    "l2": (
        "activity_regularizer alpha kernel_regularizer l2_reg l2_regularization lambda lambda_l2 reg "
        "reg_lambda regularization regularizer weight_regularizer"
    ),
    "label_smoothing": "label_smoothing_factor smoothing",
    "layers": (
        "architecture conv_layers hidden hidden_dim hidden_dims hidden_layer_sizes hidden_layers hidden_size "
        "hidden_sizes hidden_units model n_hidden network num_hidden sizes"
    ),
    "loss": "criterion loss_fn loss_function losses",
    "lr": "base_lr eta eta0 initial_lr learn_rate learning_rate learning_rate_init lrate max_lr step_size",
    "momentum": "bn_momentum",
    "nesterov": "nesterovs_momentum use_nesterov",
    "optimizer": "opt optim optimizer_name optimizer_type optimiser solver",
    "padding": "pad",
    "precision": "amp bf16 dtype fp16 mixed_precision torch_dtype",
    "schedule": "learning_rate_schedule lr_schedule lr_scheduler lr_scheduler_type scheduler",
    "seed": "manual_seed random_seed random_state",
    "size": "pool pool_size pooling window",
    "statistics": "histogram_freq track_grad_norm watch",
    "stride": "strides",
    "units": "dim features neurons nodes num_units n_units out out_features output_size size width",
    "validation_size": "test_size val_fraction val_size val_split valid_size validation_fraction validation_split",
    "warmup": "num_warmup_steps warmup_epochs warmup_ratio warmup_steps",
    "weight_decay": "adam_weight_decay decoupled_weight_decay wd",
}
_IMPLIED: Mapping[str, str] = {
    "it is implied: loss and accuracy are measured after every epoch": (
        "compute_metrics eval_metric metric metrics scoring"
    ),
    "it is implied by the data set": (
        "in_features input_dim input_shape input_size n_classes n_features num_classes num_labels output_dim "
        "output_shape"
    ),
    "it is implied: each epoch shuffles the examples": "shuffle",
    "it follows from the layer before": "in_channels",
    "there is no recurrence and no attention": (
        "attention embedding_dim heads lstm num_heads recurrent rnn seq_len sequence_length"
    ),
    "it is implied: every epoch is recorded, and can be watched": (
        "callbacks log_interval logging_steps progress_bar report_to verbose"
    ),
}
_VALUES: Mapping[str, str] = {
    "absolute": "absolute_error l1 l1_loss mae mean_absolute_error",
    "adam": "adamax amsgrad nadam",
    "adamw": "adamw_torch adamw_hf fused_adamw",
    "binary_cross_entropy": "bce bce_loss bce_with_logits bce_with_logits_loss binary_crossentropy",
    "constant": "constant_with_warmup",
    "conv": "conv2d convolution convolution2d",
    "coslog": "cos_log coslog4",
    "cosine": "cosine_annealing cosineannealing cosineannealinglr cosine_with_restarts cosinedecay",
    "cross_entropy": (
        "categorical_crossentropy cross_entropy_loss crossentropy log_loss nll nll_loss sparse_categorical_crossentropy"
    ),
    "avg_pool": "average_pooling averagepooling2d avg_pooling avgpool avgpool2d mean_pool",
    "exponential": "exponentialdecay exponentiallr",
    "global_avg_pool": "adaptive_avg_pool adaptiveavgpool2d gap global_average_pooling globalaveragepooling2d",
    "he": "he_normal he_uniform kaiming kaiming_normal kaiming_uniform",
    "huber": "huber_loss smooth_l1 smooth_l1_loss",
    "identity": "linear none",
    "inverse_time": "inverse invscaling inversetimedecay",
    "leaky_relu": "leakyrelu lrelu",
    "max_pool": "max_pooling maxpool maxpool2d maxpooling2d pool pooling",
    "momentum": "nag nesterov sgd_momentum",
    "quantile": "pinball pinball_loss quantile_loss",
    "residual": "res_block resblock residual_block resnet_block skip skip_connection",
    "separable_conv": "depthwise_separable_conv separable_conv2d separableconv2d",
    "sgd": "gd gradient_descent stochastic_gradient_descent",
    "sigmoid": "expit logistic",
    "silu": "swish",
    "squared": "l2 l2_loss mean_squared_error mse mse_loss squared_error",
    "step": "multistep multisteplr piecewise steplr",
    "xavier": "glorot glorot_normal glorot_uniform xavier_normal xavier_uniform",
}
SOFTMAX = "the output layer applies softmax by itself, and hidden layers need another activation"


def folded(name: str) -> str:
    """The letters and digits of a name, in lower case: `hidden_layer_sizes`, `hiddenLayerSizes` and
    `Hidden-Layer-Sizes` are equal."""
    return re.sub(r"[^a-z0-9]", "", name[:100].lower())


def _by_name(table: Mapping[str, str]) -> Mapping[str, str]:
    return {folded(theirs): ours for ours, names in table.items() for theirs in names.split()}


OURS = _by_name(_KEYS)
"""Gradus's key for each folded key of the other libraries."""
IMPLIED = _by_name(_IMPLIED)
"""Why Gradus has no such key, by the folded key of the other libraries."""
VALUES = _by_name(_VALUES)
"""Gradus's name of a kind for each folded name of the other libraries."""
