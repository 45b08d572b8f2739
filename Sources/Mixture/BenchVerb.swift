import ArgumentParser
import CommandLineStage
import ImageCodec
import JSON
import SampleShards

struct BenchVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a mixture is read, beside a bare loop over its frames.",
    discussion: "Frames are decoded and resized with Lanczos3; the bare loop does nothing else.")

  @OptionGroup var mixture: SampleArgument

  @Option(help: ArgumentHelp("The side that frames are resized to.", valueName: "pixels"))
  var size = 224

  @Option(help: ArgumentHelp("Samples in a batch.", valueName: "n"))
  var batch = 32

  @Option(help: ArgumentHelp("The most samples to read.", valueName: "n"))
  var samples = 20_000

  @Flag(help: "Change frames at random as OpenVLA's training does.")
  var augment = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func validate() throws {
    guard (1...4096).contains(size), (1...65_536).contains(batch), samples > 0 else {
      throw ValidationError("--size must be 1 to 4096, --batch 1 to 65536 and --samples at least 1.")
    }
  }

  func run() async throws {
    try await runVerb {
      let set = try await mixture.open(workers: workers.workers)
      var settings = SampleReader.Options()
      settings.batchSize = batch
      settings.workers = workers.workers
      settings.size = ImageSize(height: size, width: size)
      settings.augmentation = augment ? .openVLA : nil
      let bench = SampleBench(set, settings, sampleLimit: samples)
      let (read, bare) = try await bench.compared()
      let share = bare.framesPerSecond > 0 ? read.framesPerSecond / bare.framesPerSecond : 0
      options.report(
        [
          "mixture": .string(mixture.path), "workers": JSONValue(workers.workers), "frames": JSONValue(read.frameCount),
          "samples": JSONValue(read.sampleCount), "frames_per_second": .real(read.framesPerSecond),
          "bare_frames_per_second": .real(bare.framesPerSecond), "share": .real(share),
        ],
        text:
          "\(mixture.path): \(formatDecimal(read.framesPerSecond, places: 0)) frames/s with \(workers.workers) workers; "
          + "bare decode and resize \(formatDecimal(bare.framesPerSecond, places: 0)) frames/s; "
          + "share \(formatDecimal(share, places: 2))")
    }
  }
}
