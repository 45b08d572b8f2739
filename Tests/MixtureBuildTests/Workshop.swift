import ByteIO
import SampleShards
import Sampling
import TestSupport

@testable import MixtureBuild

/// A directory with stores, manifests and the mixtures built from them.
struct Workshop {
  let directory: TemporaryDirectory

  init(_ stores: TinyStore...) throws {
    directory = try TemporaryDirectory()
    for store in stores { try store.write(to: directory.path) }
  }

  func callAsFunction(_ name: String) -> String { directory(name) }

  /// Writes a manifest: its name and where the stores lie, then `lines`.
  func manifest(_ lines: String, name: String = "m") throws -> MixtureManifest {
    try manifest(text: "name: \(name)\nstores: \(directory.path)\n" + lines + "\n", name: name)
  }

  /// Writes a manifest of this text.
  func manifest(text: String, name: String = "m") throws -> MixtureManifest {
    try MixtureManifest(path: directory.write(Array(text.utf8), to: name + ".yaml"))
  }

  func plan(_ lines: String, name: String = "m") throws -> MixturePlan {
    try MixturePlan(manifest(lines, name: name), lookup: { _ in nil })
  }

  /// Builds into the directory `out`.
  @discardableResult
  func build(
    _ plan: MixturePlan, _ out: String = "out", change: (inout MixtureBuilder.Options) -> Void = { _ in }
  ) async throws -> MixtureBuilder.Report {
    var options = MixtureBuilder.Options()
    change(&options)
    return try await MixtureBuilder(plan, into: directory(out), options: options).run(
      checking: { _ in }, writing: { _ in })
  }

  /// Plans and builds, and returns the samples in their order.
  func samples(_ lines: String, _ out: String = "out") async throws -> [BuiltSample] {
    try await build(plan(lines), out)
    return try BuiltSample.all(directory(out))
  }

  /// SHA-256 by file of everything in `out`.
  func digests(_ out: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try Directory.names(directory(out)) where Directory.entry(directory(out + "/" + name)) == .file {
      found[name] = try SHA256Digest.hexadecimal(ofFile: directory(out + "/" + name))
    }
    return found
  }
}

/// What a mixture's shards say of one sample.
struct BuiltSample: Equatable {
  var dataset: Int
  var ordinal: Int
  var step: Int
  var action: [Float]
  var bins: [UInt8]
  var valid: [UInt8]
  var proprio: [Float]
  var observationValid: [UInt8]?
  var goal: Int?
  var instruction: String?

  /// Where it comes from, for counting.
  struct Origin: Hashable { var dataset, ordinal, step: Int }
  var origin: Origin { Origin(dataset: dataset, ordinal: ordinal, step: step) }

  /// All samples of the mixture at `path`, in order.
  static func all(_ path: String) throws -> [BuiltSample] {
    let samples = try SampleSet(path)
    let layout = samples.index.layout
    var found: [BuiltSample] = []
    for number in samples.index.shards.indices {
      let shard = try samples.shard(number)
      for sample in 0..<shard.sampleCount {
        found.append(
          BuiltSample(
            dataset: Int(shard.datasetIndex[sample]), ordinal: Int(shard.episodeOrdinal[sample]),
            step: Int(shard.stepIndex[sample]), action: try shard.floats("action", sample: sample),
            bins: try shard.bytes("action_bin", sample: sample).array,
            valid: try shard.bytes("action_valid", sample: sample).array,
            proprio: layout.proprioDimension > 0 ? try shard.floats("proprio", sample: sample) : [],
            observationValid: layout.window > 1
              ? try shard.bytes("observation_valid", sample: sample).array : nil,
            goal: layout.hasGoal
              ? Int(try shard.bytes("goal.step", sample: sample).integer(at: 0, as: UInt32.self)) : nil,
            instruction: shard.instruction(sample).map { String(decoding: $0.array, as: UTF8.self) }))
      }
    }
    return found
  }
}

/// The bit patterns, for comparing that tells −0.0 from 0.0.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
