"""What the launcher grants its desk from the start, and where it writes down what comes to that."""

from __future__ import annotations

from app.desk_files import own_places
from app.encryption.at_start import keeper_in
from app.locations import locations
from app.workers.granted import Granted
from app.workers.grants_log import GrantsLog
from runtime.seal.system_files import program_files


def grants_log() -> GrantsLog:
    """Beside the data folder and not in it: the desk may write all that is in there. Raises DeskError.

    Of encrypted data no names lie there in plain.
    """
    places = locations()
    path = places.home.with_name(f"{places.home.name}.grants.log")
    return GrantsLog(path, names=lambda: keeper_in(places) in {None, "nobody"})


def what_is_granted() -> Granted:
    """The data folder, the places of models and this program, to begin with. Raises DeskError."""
    log = grants_log()
    log.make()
    places = locations()
    return Granted((*own_places(places), *program_files()), log, private=places.home)
