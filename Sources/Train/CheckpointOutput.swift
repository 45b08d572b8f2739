import ArgumentParser
import Checkpoints

/// The checkpoint folder that a verb writes.
struct CheckpointOutput: ParsableArguments {
  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The largest weight file: a number with MB or GB.", valueName: "size"))
  var shardSize = ByteSize(CheckpointWriter.defaultShardSize)

  var writer: CheckpointWriter { CheckpointWriter(out, shardSize: shardSize.byteCount) }
}
