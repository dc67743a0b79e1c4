"""Where a checkpoint's files lie: a folder, or a hub repository fetched into the local cache.

``huggingface_hub`` takes half a second to import, which a folder needn't wait for.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from models.catalog import BUILTIN, is_folder
from models.downloads import Watch, watched
from models.errors import CheckpointUnavailable

_TOKENIZER_FILES = ["*.json", "*.txt", "*.model"]
_WEIGHT_FILES = ["*.safetensors"]
_ELSEWHERE = ["*/*"]  # other frameworks' copies lie in subfolders
_WAY_OUT = f"the preset {BUILTIN!r} works without a network"


def find_files(
    name: str,
    *,
    revision: str | None = None,
    weights: bool = True,
    download: bool = True,
    watch: Watch | None = None,
) -> Path:
    """Find or fetch the files of a checkpoint or tokenizer.

    The files are fetched here rather than by ``from_pretrained``, which would look for other weight formats
    and have the hub convert them in a background thread.

    Args:
        name: A hub id or a folder.
        revision: Branch, tag or commit on the hub.
        weights: Whether safetensors are needed, or the tokenizer's files only.
        download: Whether the network may be used; otherwise only folders and the local cache count.
        watch: Is told how far a download is.

    Returns:
        A folder with ``config.json`` or tokenizer files and, if asked for, safetensors.

    Raises:
        CheckpointUnavailable: With the reason in one line.
    """
    folder = (
        Path(name)
        if is_folder(name)
        else _fetch(name, revision, weights=weights, download=download, watch=watch)
    )
    if not folder.is_dir():
        raise CheckpointUnavailable(f"there is no folder {folder}")
    if weights and not any(folder.glob("*.safetensors")):
        if not is_folder(name):
            _require_reachable(name, revision)
        raise CheckpointUnavailable(
            f"{name} has no safetensors weights, and other formats are not read; {_WAY_OUT}"
        )
    return folder


def _require_reachable(name: str, revision: str | None) -> None:
    """Tell files that the hub doesn't have from files that couldn't be fetched.

    Out of reach of the hub, ``snapshot_download`` is content with whatever the cache holds, such as the files
    of the tokenizer alone.

    Raises:
        CheckpointUnavailable: If the hub can't be asked.
    """
    from huggingface_hub import list_repo_files  # noqa: PLC0415  # see the top
    from huggingface_hub.errors import OfflineModeIsEnabled  # noqa: PLC0415

    try:
        list_repo_files(name, revision=revision)
    except (OfflineModeIsEnabled, OSError) as error:
        raise CheckpointUnavailable(
            f"{name} is not wholly on this machine and the hub cannot be reached; {_WAY_OUT}"
        ) from error


def _fetch(name: str, revision: str | None, *, weights: bool, download: bool, watch: Watch | None) -> Path:
    from huggingface_hub import constants  # noqa: PLC0415  # see the top

    kept = Path(constants.HF_HUB_CACHE, f"models--{name.replace('/', '--')}")
    if not download and not kept.is_dir():  # known without the rest of the library
        raise CheckpointUnavailable(f"{name} is not on this machine; {_WAY_OUT}")

    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import (  # noqa: PLC0415
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415

    if constants.HF_HUB_DISABLE_PROGRESS_BARS is None:  # the person has no wish of their own
        disable_progress_bars()
    files = _TOKENIZER_FILES + (_WEIGHT_FILES if weights else [])
    follow = watched(name, revision, files, _ELSEWHERE, watch) if download and watch else nullcontext()
    try:
        with follow:
            return Path(
                snapshot_download(
                    name,
                    revision=revision,
                    allow_patterns=files,
                    ignore_patterns=_ELSEWHERE,
                    local_files_only=not download,
                )
            )
    except (RepositoryNotFoundError, RevisionNotFoundError, GatedRepoError, HFValidationError) as error:
        at = f" at {revision}" if revision else ""
        raise CheckpointUnavailable(f"the hub has no public checkpoint {name}{at}; {_WAY_OUT}") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise CheckpointUnavailable(
            f"{name} is not on this machine and the hub cannot be reached; {_WAY_OUT}"
        ) from error
