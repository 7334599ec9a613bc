"""Files and databases that hold a table with typed columns: Parquet, SPSS, Stata, R, SQL."""

import hashlib
import os
import warnings

import numpy as np
import pandas as pd

from crlm.cohort.dates import nearest_days
from crlm.cohort.findings import build_finding
from crlm.cohort.unreadable import UnreadableError


def read_frame(path, ending, settings):
    """Return the table of a Parquet, SPSS, Stata or R file as its reader gives it."""
    if ending == "parquet":
        table = pd.read_parquet(path)
        for name in table.select_dtypes("datetimetz"):
            table[name] = nearest_days(table[name])
        return table
    if ending == "dta":
        return pd.read_stata(path, convert_categoricals=False)
    if ending == "sav":
        import pyreadstat

        return pyreadstat.read_sav(str(path))[0]
    return _read_r(path, ending, settings)


def _read_r(path, ending, settings):
    """A data frame of R; days and times become dates, factors their labels."""
    import rdata

    # POSIXlt and other classes that rdata does not know come as what they are made of, with a warning each
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = {**rdata.conversion.DEFAULT_CLASS_MAP, "Date": _make_days, "POSIXct": _make_times}
        read = rdata.read_rds if ending == "rds" else rdata.read_rda
        found = read(path, constructor_dict=known)
    objects = {path.name: found} if ending == "rds" else found
    frames = {name: item for name, item in objects.items() if isinstance(item, pd.DataFrame)}
    wanted = settings.get("sheet") if ending != "rds" else None
    if wanted is None and len(frames) == 1:
        return next(iter(frames.values()))
    if wanted in frames:
        return frames[wanted]
    if not frames:
        raise UnreadableError(
            "no_rows",
            f"{path.name} holds no data frame.",
            "Save a data frame: saveRDS(cohort, ...).",
        )
    raise UnreadableError(
        "sheet",
        f"{path.name} holds several data frames." if wanted is None else f"{path.name} has no '{wanted}'.",
        f"Set cohort.sheet to one of: {', '.join(frames)}.",
    )  # fmt: skip


def _make_days(values, _):
    days = pd.Series(pd.array(values)).astype("Float64").astype(float)
    return pd.DatetimeIndex(_count_from_1970(days * 86_400)).floor("D")


def _count_from_1970(seconds):
    """Seconds as times; whole ones reach any year, such as the 9999 that programs write for a day that is not known."""
    known = seconds.abs() < FARTHEST
    whole = np.floor(seconds.where(known, 0)).astype("int64").to_numpy()
    return pd.Series(whole.astype("datetime64[s]")).where(known.to_numpy(), pd.NaT)


def _make_times(values, attributes):
    """Times in their own zone. Midnights of a zone that R did not write down are the day that they are nearest to."""
    seconds = pd.Series(pd.array(values)).astype("Float64").astype(float)
    times = _count_from_1970(seconds)
    zone = (attributes or {}).get("tzone")
    zone = str(np.atleast_1d(zone)[0]) if zone is not None else ""
    if zone:
        times = times.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    elif times.dropna().dt.time.nunique() <= 2:  # winter and summer
        times = times.dt.round("D")
    return times.to_numpy()


FARTHEST = 10_000 * 366 * 86_400  # seconds to a year of five digits
# A driver's package where it is not named as what is imported
DRIVERS = {"psycopg2": "psycopg2-binary", "psycopg": '"psycopg[binary]"', "MySQLdb": "mysqlclient"}


def read_query(path, settings):
    """Return the rows that the one `select` in a file fetches, and a note with their number and fingerprint.

    The environment variable that `connection` names holds SQLAlchemy's URL of the database, which may hold a password: it is in
    no message.
    """
    import sqlalchemy

    name = settings.get("connection")
    url = os.environ.get(name or "")
    if not url:
        raise UnreadableError(
            "connection",
            f"the environment variable '{name}' (cohort.connection) is not set."
            if name
            else f"{path.name} is a query, and it is not said which database to ask.",
            "Write the name of an environment variable under `connection:`, and put the database's URL into the variable before "
            "the run: export CLINIC_DB=sqlite:////data/clinic.db",
        )
    query = path.read_text(encoding="utf-8-sig").strip().rstrip(";").strip()
    _check_query(path.name, query)
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(query)
            names, rows = list(result.keys()), [tuple(row) for row in result]
        engine.dispose()
    except Exception as error:
        # The text of the driver may quote the URL or its parts; the kind of error and the database's own words do not.
        words = getattr(error, "orig", error if isinstance(error, ImportError) else None)
        words = str(words or type(error).__name__)
        secret = any(part and part in words for part in _secrets(sqlalchemy, url))
        if isinstance(error, ImportError) and error.name:
            raise UnreadableError(
                "connection",
                f"{path.name} cannot be sent: what speaks to a database such as that named by {name}, {error.name}, is not "
                "installed.",
                f"Install it with .venv/bin/python -m pip install {DRIVERS.get(error.name, error.name)}, or ask whoever keeps the "
                "database for the result of the query as a csv file.",
            ) from None
        if isinstance(error, sqlalchemy.exc.NoSuchModuleError | sqlalchemy.exc.ArgumentError):
            raise UnreadableError(
                "connection",
                f"the URL in the environment variable '{name}' names no kind of database that is known.",
                "It begins with the kind and the driver: postgresql+psycopg://, mysql+pymysql://, mssql+pyodbc://, "
                "oracle+oracledb:// or sqlite:////data/clinic.db.",
            ) from None
        raise UnreadableError(
            "query",
            f"the database named by {name} did not answer {path.name} ({type(error).__name__ if secret else words}).",
            "Check the URL in the variable, that the database's driver is installed, and the query.",
        ) from None
    table = pd.DataFrame(rows, columns=names, dtype=object)
    digest = hashlib.sha256(repr((names, rows)).encode()).hexdigest()[:16]
    note = build_finding(
        "note",
        "query",
        f"{len(table)} rows were fetched by {path.name} from the database named by {name}; fingerprint {digest}.",
        "A change in the database is not seen by itself: delete results/private/ingested.parquet to fetch again. "
        "The same fingerprint means the same rows.",
    )
    return table, [note]


def _check_query(name, query):
    lines = [line for line in query.splitlines() if not line.strip().startswith("--")]
    first = " ".join(lines).split(None, 1)[:1]
    if not first or first[0].casefold() not in ("select", "with") or ";" in " ".join(lines):
        raise UnreadableError(
            "query",
            f"{name} is not one `select`.",
            "Write one query that begins with select (or with); nothing else is sent to a database.",
        )


def _secrets(sqlalchemy, url):
    try:
        made = sqlalchemy.engine.make_url(url)
    except Exception:
        return [url]
    return [url, made.password, made.host, made.username]
