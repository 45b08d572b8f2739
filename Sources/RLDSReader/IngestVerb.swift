import Actions
public import ArgumentParser
import ByteIO
import CommandLineStage
import DatasetManifest
import DemoFiles
import EpisodeStore
import Glibc
public import Ingest
import JSON
import RLDS

struct IngestVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Standardise a dataset into an episode store with exact statistics.",
    discussion: """
      The store's bytes depend on the data, the manifest and the options only, not on --workers. An ingest that was \
      stopped goes on when the same command is run again.
      """)

  @Argument(help: ArgumentHelp("A TFDS dataset directory, or HDF5 files.", valueName: "dir"))
  var path: String

  @Option(help: ArgumentHelp("A dataset's name, or a manifest's file.", valueName: "name|file.yaml"))
  var dataset: String

  @Option(
    help: ArgumentHelp(
      "The directory of the store; it must be empty or an ingest that was stopped.", valueName: "store"))
  var out: String?

  @Option(help: ArgumentHelp("Which episodes to read, in TFDS's split language, as `train[:95%]`.", valueName: "split"))
  var split = "all"

  @Option(
    help: ArgumentHelp(
      "What to do with a bad episode: fail, or skip and list it in store.json.", valueName: "fail|skip"))
  var onError = IngestOptions.ErrorPolicy.fail

  @Option(
    help: ArgumentHelp(
      "How frames are kept: keep, jpeg:QUALITY:SIZE, png:SIZE or raw:SIZE.", valueName: "form"),
    transform: { text in
      guard let form = ImageForm(text) else {
        throw ValidationError("`\(text)` is none of keep, jpeg:QUALITY:SIZE, png:SIZE, raw:SIZE.")
      }
      return form
    })
  var images = ImageForm.keep

  @Option(
    help: ArgumentHelp("How much of each kept frame is checked: structure, or decode for all of it.", valueName: "how"))
  var checkImages = IngestOptions.ImageCheck.structure

  @Option(help: ArgumentHelp("About how large a shard becomes.", valueName: "MiB"))
  var shardSize = 256

  @Flag(help: "Compute the statistics only; images are not read and no store is written.")
  var statisticsOnly = false

  @Flag(help: "Take datasets that the reference implementation refuses.")
  var allowUnsupported = false

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var options: StageOptions

  func validate() throws {
    guard statisticsOnly || out != nil else { throw ValidationError("Missing expected argument '--out <store>'.") }
    guard (1...1 << 20).contains(shardSize) else { throw ValidationError("--shard-size must be at least 1 MiB.") }
  }

  func run() async throws {
    try await runVerb {
      let manifest = try ManifestArgument.manifest(dataset)
      let demos = DemoDataset.isThere(path) ? try await records(of: DemoDataset(path)) : nil
      defer { if let demos { try? Directory.remove(demos) } }
      let source = try DatasetDirectory(demos ?? path)
      var settings = IngestOptions()
      settings.selection = split
      settings.onError = onError
      settings.images = images
      settings.imageCheck = checkImages
      settings.shardByteCount = shardSize << 20
      settings.workers = workers.workers
      settings.allowsUnsupported = allowUnsupported
      if statisticsOnly {
        try await statistics(source, manifest, settings)
      } else {
        try await store(source, manifest, settings, out ?? "")
      }
    }
  }

  /// The directory of records that HDF5 demonstrations become on the way: beside the store, or in the temporary files'.
  private func records(of demos: DemoDataset) async throws -> String {
    let scratch = ProcessEnvironment.variable("TMPDIR") ?? "/tmp"
    let path = out.map { "\($0).records" } ?? "\(scratch)/armature-records-\(getpid())"
    if try !demos.isWritten(to: path) { try await demos.write(to: path, workers: workers.workers) }
    return path
  }

  private func store(
    _ source: DatasetDirectory, _ manifest: DatasetManifest, _ settings: IngestOptions, _ out: String
  ) async throws {
    let ingest = try Ingest(source, by: manifest, into: out, options: settings)
    let progress = LateProgress(options)
    let start = ContinuousClock.now
    let report = try await ingest.run(begin: progress.begin) { progress.advance($0) }
    let elapsed = seconds(since: start)
    progress.finish()
    let index = report.index
    let skipped = index.skipped.reduce(0) { $0 + $1.count }
    let dropped = index.dropped.reduce(0) { $0 + $1.episodes }
    options.report(
      [
        "store": .string(out), "dataset": .string(index.dataset), "episodes": JSONValue(index.episodeCount),
        "steps": JSONValue(index.stepCount), "shards": JSONValue(index.shards.count), "skipped": JSONValue(skipped),
        "dropped": JSONValue(dropped), "bytes": JSONValue(report.sourceByteCount), "seconds": .real(elapsed),
        "was_complete": .bool(report.wasComplete),
      ],
      text: report.wasComplete
        ? "\(out): complete already, \(index.episodeCount) episodes, \(index.stepCount) steps"
        : "\(out): \(index.episodeCount) episodes, \(index.stepCount) steps in \(index.shards.count) shards; "
          + "\(skipped) skipped, \(dropped) dropped; \(formatBytes(report.sourceByteCount)) in "
          + "\(formatDecimal(elapsed, places: 2)) s")
    for entry in index.skipped { complain("skipped: \(entry.error)") }
  }

  private func statistics(
    _ source: DatasetDirectory, _ manifest: DatasetManifest, _ settings: IngestOptions
  ) async throws {
    let progress = LateProgress(options)
    if let out {  // The rows are kept there on the way.
      guard Directory.entry(out + "/" + StoreIndex.fileName) == .missing else {
        throw StoreError(.outputUnavailable, file: out, "there is a store already; its statistics are in it")
      }
      try Directory.create(out)
    }
    let scratch = ProcessEnvironment.variable("TMPDIR") ?? "/tmp"
    let start = ContinuousClock.now
    let report = try await StatisticsIngest(source, by: manifest, options: settings)
      .run(scratch: out ?? scratch, begin: progress.begin) { progress.advance($0) }
    let elapsed = seconds(since: start)
    progress.finish()
    let statistics = StatisticsFile.json(report.statistics, dataset: manifest.name)
    if let out {
      try AtomicFile.write(Array(statistics.serialized(.indented).utf8), to: out + "/" + StoreIndex.statisticsName)
    }
    options.report(
      [
        "dataset": .string(manifest.name), "episodes": JSONValue(report.statistics.trajectoryCount),
        "steps": JSONValue(report.statistics.transitionCount), "skipped": JSONValue(report.skippedCount),
        "dropped": JSONValue(report.droppedCount), "bytes": JSONValue(report.sourceByteCount),
        "seconds": .real(elapsed), "statistics": statistics,
      ],
      text: statistics.serialized(.indented))
  }
}

extension IngestOptions.ErrorPolicy: ExpressibleByArgument {}
extension IngestOptions.ImageCheck: ExpressibleByArgument {}

/// A progress line that begins when the amount of work is known.
private final class LateProgress: Sendable {
  private let line = LateValue<ProgressLine>()
  private let options: StageOptions

  init(_ options: StageOptions) { self.options = options }

  func begin(_ total: Int) { line.set(ProgressLine("ingest", totalBytes: total, options: options)) }
  func advance(_ bytes: Int) { line.value?.advance(bytes) }
  func finish() { line.value?.finish() }
}
