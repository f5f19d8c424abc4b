"""The kinds of charts, as plotly.js gets them."""

from tests.acceptance.browser.module_page import ModulePage, result


def test_the_texts_of_histograms_side_by_side_stand_at_their_own_panel(modules: ModulePage) -> None:
    with modules.emptied() as page:
        notes, ticks = result(
            page,
            """
            const { histograms } = await import("/pages/dashboard/charts/histograms.js");
            const panels = [1, 2, 3].map((i) => ({ name: `layer ${i}`, counts: [i, 1] }));
            const { layout } = histograms.plotly({ edges: [0, 0.5, 1], panels, across: "activation" });
            const notes = layout.annotations.map(({ text, x, xanchor }) => [text, x, xanchor]);
            return [notes, ["xaxis", "xaxis2", "xaxis3"].map((axis) => layout[axis].tickvals)];""",
        )
    panels = [(0, 0.32), (0.34, 0.66), (0.68, 1)]
    expected = [
        note
        for i, (left, right) in enumerate(panels, 1)
        for note in [(f"layer {i}", (left + right) / 2, "center"), ("0", left, "left"), ("1", right, "right")]
    ]
    found = {(text, round(x, 9), anchor) for text, x, anchor in notes}
    assert found == {(text, round(x, 9), anchor) for text, x, anchor in expected} | {("activation", 0.5, "center")}
    assert ticks == [[], [], []], "a tick is centred at the panel's end, and would touch that of the next"
