import ArgumentParser
import ByteIO
import CommandLineStage
import ImageCodec
import JSON
import SampleShards

struct StreamVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Print what a trainer would read from a place on, sample by sample, as digests.",
    discussion: """
      One line a sample: epoch, position, dataset, episode, step, and a digest of its pixels, actions, state and
      instruction. Two machines, or two runs that were resumed, read the same when their lines are the same.
      """)

  @OptionGroup var mixture: SampleArgument

  @Option(help: ArgumentHelp("The pass over the mixture to begin in.", valueName: "n"))
  var epoch = 0

  @Option(help: ArgumentHelp("The samples of that pass that were taken before.", valueName: "position"))
  var position = 0

  @Option(help: ArgumentHelp("The most samples to print.", valueName: "n"))
  var samples = 20

  @Option(help: ArgumentHelp("Which reader this is, from 0.", valueName: "r"))
  var rank = 0

  @Option(help: ArgumentHelp("Of how many readers.", valueName: "w"))
  var world = 1

  @Option(help: ArgumentHelp("The side that frames are resized to.", valueName: "pixels"))
  var size = 224

  @Flag(help: "Change frames at random as OpenVLA's training does.")
  var augment = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...4096).contains(size), samples > 0, world > 0, (0..<world).contains(rank) else {
      throw ValidationError("--size must be 1 to 4096, --samples at least 1 and --rank below --world.")
    }
  }

  func run() async throws {
    try await runVerb {
      let set = try await mixture.open(workers: workers.workers)
      var settings = SampleReader.Options()
      settings.batchSize = min(samples, 32)
      settings.workers = workers.workers
      settings.size = ImageSize(height: size, width: size)
      settings.augmentation = augment ? .openVLA : nil
      settings.rank = rank
      settings.world = world
      settings.epochs = nil
      var reader = try SampleReader(set, settings, from: SampleReader.Place(epoch: epoch, position: position))
      var lines: [Line] = []
      while lines.count < samples, let batch = try await reader.next() {
        for sample in batch.positions.indices where lines.count < samples {
          lines.append(Line(batch, sample, set.index))
        }
      }
      options.report(
        ["mixture": .string(mixture.path), "samples": .array(lines.map(\.json))],
        text: lines.map(\.text).joined(separator: "\n"))
    }
  }

  /// One sample as it was read.
  private struct Line {
    let epoch: Int
    let position: Int
    let dataset: String
    let episode: UInt64
    let step: UInt32
    let digest: String

    init(_ batch: SampleBatch, _ sample: Int, _ index: MixtureIndex) {
      let count = batch.positions.count
      func rows<Value>(_ values: [Value]) -> ArraySlice<Value> {
        let width = values.count / count
        return values[sample * width..<(sample + 1) * width]
      }
      var bytes: [UInt8] = []
      for (_, pixels) in batch.pixels.sorted(by: { $0.key < $1.key }) { bytes += rows(pixels) }
      for value in rows(batch.action) + rows(batch.proprio) {
        for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift))) }
      }
      bytes += rows(batch.actionBins) + rows(batch.actionValid)
      batch.instructions[sample].append(to: &bytes)
      epoch = batch.epochs[sample]
      position = batch.positions[sample]
      dataset = index.entries[Int(batch.datasetIndex[sample])].dataset
      episode = batch.episodeOrdinal[sample]
      step = batch.stepIndex[sample]
      digest = String(SHA256Digest.hexadecimal(of: bytes).prefix(16))
    }

    var text: String { "\(epoch) \(position) \(dataset) \(episode) \(step) \(digest)" }

    var json: JSONValue {
      [
        "epoch": JSONValue(epoch), "position": JSONValue(position), "dataset": .string(dataset),
        "episode": JSONValue(Int(clamping: episode)), "step": JSONValue(Int(step)), "digest": .string(digest),
      ]
    }
  }
}
