"""Reads Armature's sample shards (a directory with ``mixture.json``) with numpy and safetensors alone.

``ArmatureShards(path)[i]`` is the sample at position i of the mixture's order; ``ArmatureStream(path, rank, world)``
goes through that order and can begin anywhere. Where torch is installed both are torch datasets, so that a
``DataLoader`` takes them. Pillow decodes JPEG and PNG where it is there, ``zstandard`` unpacks frames packed with zstd.

W is the window (observations a sample), K = W - 1 + chunk the actions, A and P the action and proprio dimensions.
"""

from __future__ import annotations

import bisect
import io
import json
import os
from typing import Any, Callable, Iterator, NamedTuple, Optional, Union

import numpy as np
from safetensors import safe_open

try:
    from torch.utils.data import Dataset as _Dataset, IterableDataset as _IterableDataset, get_worker_info
except ImportError:
    _Dataset = _IterableDataset = object

    def get_worker_info() -> None:
        return None

SCHEMA = "armature.mixture/1"
Decode = Callable[[bytes], Any]
_MAPPED_LIMIT = 256  # Each mapped shard holds a file descriptor.


class ShardError(ValueError):
    """A mixture that cannot be read: one line with the file and what would mend it."""


class Place(NamedTuple):
    """A place in the endless stream of passes over a mixture, the same for all ranks."""

    epoch: int = 0
    position: int = 0


def decode_image(data: bytes) -> Union[np.ndarray, bytes]:
    """An encoded frame as uint8 [H, W, 3]; the bytes themselves where Pillow is missing."""
    try:
        from PIL import Image
    except ImportError:
        return data
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def keep_bytes(data: bytes) -> bytes:
    """For ``decode=keep_bytes``: frames stay JPEG or PNG files."""
    return data


def tokens(action_bin: np.ndarray, vocab_size: int) -> np.ndarray:
    """The token ids of action bins, int64 of the same shape: ``vocab_size - 1 - bin``."""
    return vocab_size - 1 - np.asarray(action_bin).astype(np.int64)


class ArmatureShards(_Dataset):
    """The samples of a mixture by position, memory-mapped.

    A sample is a dict of: ``action`` f32 [K, A], ``action_bin`` u8 [K, A], ``action_valid`` u8 [K], ``proprio`` f32 [P]
    ([W, P] for W > 1; absent where no dataset has one), ``observation_valid`` u8 [W] (W > 1 only), ``image.<view>``
    u8 [height, width, 3] ([W, height, width, 3] for W > 1), ``goal.<view>`` and ``goal.step`` where the mixture has
    goals, ``instruction`` str (empty where there is none), ``dataset`` str, ``dataset_index``, ``episode_ordinal``,
    ``step_index`` and ``position`` int. A frame that the dataset does not have is None (zeros in a mixture of pixels);
    with W > 1, frames that cannot be stacked (bytes, or missing ones) are a list.

    ``decode`` turns an encoded frame into what you want of it: ``decode_image`` by default, or ``keep_bytes``.
    """

    def __init__(self, path: Union[str, os.PathLike], decode: Decode = decode_image) -> None:
        self.path, self.decode = os.fspath(path), decode
        index = os.path.join(self.path, "mixture.json")
        try:
            with open(index, encoding="utf-8") as file:
                self.index: dict[str, Any] = json.load(file)
        except FileNotFoundError:
            raise ShardError(f"{index}: missing; run `armature mixture build` to its end") from None
        except ValueError as error:
            raise ShardError(f"{index}: no JSON: {error}; build the mixture again") from None
        schema = self.index.get("schema") if isinstance(self.index, dict) else None
        if schema != SCHEMA:
            raise ShardError(f"{index}: the schema is {schema!r}, {SCHEMA!r} is due; get the reader of that version")
        try:
            self.views: list[str] = self.index["views"]
            self.window: int = self.index["window"]
            self.form: str = self.index["form"]["kind"]
            self.frame_shape = (*self.index["form"].get("size", ()), 3)
            self.datasets: list[str] = [entry["dataset"] for entry in self.index["datasets"]]
            self._shards = [(shard["file"], shard["bytes"], shard["samples"]) for shard in self.index["shards"]]
            self._first: list[int] = [shard["first"] for shard in self.index["shards"]]
            self._pictures = [("image." + view, self.window) for view in self.views]
            if self.index["has_goal"]:
                self._pictures += [("goal." + view, 1) for view in self.views]
            self._count: int = self.index["samples"]
        except (KeyError, TypeError, AttributeError) as error:
            raise ShardError(f"{index}: {error} is missing or of another type; build the mixture again") from None
        if not self._shards:
            raise ShardError(f"{index}: a plan without samples; build the mixture without --virtual")
        if sum(samples for _, _, samples in self._shards) != self._count:
            raise ShardError(f"{index}: the shards do not have {self._count} samples; build the mixture again")
        for name, expected, _ in self._shards:
            file = os.path.join(self.path, name)
            found = os.path.getsize(file) if os.path.exists(file) else None
            if found != expected:
                what = "missing" if found is None else f"{found} bytes"
                raise ShardError(f"{file}: {what}, the index says {expected}; copy the file again")
        self._opened: dict[int, _Shard] = {}

    def __len__(self) -> int:
        return self._count

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": {}}  # A process that gets a copy maps the files itself.

    def __getitem__(self, position: int) -> dict[str, Any]:
        if not -self._count <= position < self._count:
            raise IndexError(f"{self.path}: there is no sample {position}, there are {self._count}")
        position = int(position) % self._count
        number = bisect.bisect_right(self._first, position) - 1
        shard = self._opened.get(number)
        if shard is None:
            if len(self._opened) >= _MAPPED_LIMIT:
                self._opened.pop(next(iter(self._opened)))
            name, _, samples = self._shards[number]
            shard = self._opened[number] = _Shard(os.path.join(self.path, name), samples)
        row = position - self._first[number]
        dataset = int(shard["dataset.index"][row])
        sample: dict[str, Any] = {
            "position": position, "instruction": shard.instruction(row), "dataset": self.datasets[dataset],
            "dataset_index": dataset, "episode_ordinal": int(shard["episode.ordinal"][row]),
            "step_index": int(shard["step.index"][row])}
        for name in ("action", "action_bin", "action_valid", "proprio", "observation_valid"):
            if name in shard:
                sample[name] = np.array(shard[name][row])
        if "goal.step" in shard:
            sample["goal.step"] = int(shard["goal.step"][row])
        for name, frames in self._pictures:
            if self.form == "pixels":
                sample[name] = np.array(shard[name][row])
                continue
            decoded = [self._frame(shard.run(name, row * frames + i)) for i in range(frames)]
            same = all(isinstance(frame, np.ndarray) and frame.shape == decoded[0].shape for frame in decoded)
            sample[name] = decoded[0] if frames == 1 else np.stack(decoded) if same else decoded
        return sample

    def tokens(self, vocab_size: int, position: int) -> np.ndarray:
        """The action tokens of a sample, int64 [K, A]."""
        return tokens(self[position]["action_bin"], vocab_size)

    def _frame(self, data: bytes) -> Any:
        if not data:
            return None
        if self.form == "encoded":
            return self.decode(data)
        try:
            import zstandard
        except ImportError:
            raise ShardError(f"{self.path}: its frames are packed with zstd; pip install zstandard") from None
        pixels = zstandard.ZstdDecompressor().decompress(data, max_output_size=int(np.prod(self.frame_shape)))
        return np.frombuffer(pixels, np.uint8).reshape(self.frame_shape)


class _Shard:
    """One file. Tensors are views of its mapping: a row costs no more than its own bytes."""

    def __init__(self, path: str, count: int) -> None:
        try:
            with safe_open(path, framework="np") as file:  # Checks the header against the file.
                self.names = set(file.keys())
        except Exception as error:
            raise ShardError(f"{path}: {error}; copy the file again") from None
        data = np.memmap(path, np.uint8, "r")
        start = 8 + int(data[:8].view("<u8")[0])
        types = {"F32": "<f4", "U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8", "I32": "<i4"}
        self._tensors: dict[str, np.ndarray] = {}
        for name, entry in json.loads(bytes(data[8:start])).items():
            if name in self.names and entry["dtype"] in types:
                begin, end = entry["data_offsets"]
                run = data[start + begin:start + end]
                self._tensors[name] = run.view(types[entry["dtype"]]).reshape(entry["shape"])
        if "dataset.index" not in self or len(self["dataset.index"]) != count:
            raise ShardError(f"{path}: not the {count} samples that the index says; build the mixture again")

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def __getitem__(self, name: str) -> np.ndarray:
        return self._tensors[name]

    def run(self, name: str, row: int) -> bytes:
        """Row ``row`` of the table ``<name>.bytes`` with ``<name>.offsets``."""
        begin, end = map(int, self[name + ".offsets"][row:row + 2])
        return self[name + ".bytes"][begin:end].tobytes()

    def instruction(self, row: int) -> str:
        text = int(self["instruction.index"][row])
        return self.run("instruction", text).decode() if text >= 0 else ""


class ArmatureStream(_IterableDataset):
    """The samples of a mixture in its order, pass after pass, from ``start`` on.

    Rank r of ``world`` takes every ``world``-th sample from ``start + r`` on, so that all ranks together take each
    sample once; a run may go on from ``state()`` with another number of ranks. ``epochs`` counts the passes from epoch
    0 on, None is no end. Under a ``DataLoader`` its workers share the rank's samples in runs of ``chunk``, none lost or
    repeated: with ``chunk`` equal to the loader's batch size the batches come in the mixture's order.
    """

    def __init__(
        self, path: Union[str, os.PathLike], rank: int = 0, world: int = 1, start: tuple[int, int] = (0, 0),
        epochs: Optional[int] = 1, chunk: int = 1, decode: Decode = decode_image,
    ) -> None:
        self.shards = ArmatureShards(path, decode)
        count = len(self.shards)
        if not (0 <= rank < world and chunk >= 1):
            raise ShardError(f"{path}: rank {rank} of {world}, chunk {chunk}; a rank is below world, chunk at least 1")
        if not (start[0] >= 0 and 0 <= start[1] <= count and count > 0):
            raise ShardError(f"{path}: there is no position {start[1]} of epoch {start[0]}; there are {count} samples")
        self.rank, self.world, self.epochs, self.chunk = rank, world, epochs, chunk
        self._start, self._taken = start[0] * count + start[1], 0

    def state(self, taken: Optional[int] = None) -> Place:
        """Where the stream stands, to be given as ``start``: after ``taken`` samples of this rank.

        By default those that were drawn from this object; under a ``DataLoader`` with workers count them yourself.
        """
        at = self._start + max(0, self._taken if taken is None else taken) * self.world
        count = len(self.shards)
        return Place(*divmod(at if self.epochs is None else min(at, max(self._start, self.epochs * count)), count))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        count, place, self._taken = len(self.shards), 0, 0
        while True:
            at = self._start + self.rank + place * self.world
            if self.epochs is not None and at >= self.epochs * count:
                self._taken = -(-(self.epochs * count - self._start) // self.world)  # As the ranks that have one more.
                return
            place += 1
            if (place - 1) // self.chunk % workers == number:
                self._taken = place
                yield {**self.shards[at % count], "epoch": at // count}
