import Actions
import ByteIO
import DatasetManifest
import EpisodeStore
import Ingest
import JSON
import RLDS
import TestSupport
import Testing

@testable import MixtureBuild

@Suite struct ParityTests {
  static let datasets = ["metaworld_reach_push", "metaworld_button_drawer"]

  /// A workshop with the store of a sample dataset.
  private func workshop(_ dataset: String) async throws -> Workshop {
    let workshop = try Workshop()
    let file = Repository.root + "/manifests/datasets/\(dataset).yaml"
    let ingest = try Ingest(
      DatasetDirectory(Repository.sample(dataset + "/1.0.0")),
      by: DatasetManifest(bytes: readBytes(file), file: file), into: workshop(dataset), options: IngestOptions())
    _ = try await ingest.run(begin: { _ in }, progress: { _ in })
    return workshop
  }

  /// The samples in the order of the source.
  private func sorted(_ samples: [BuiltSample]) -> [BuiltSample] {
    samples.sorted { ($0.ordinal, $0.step) < ($1.ordinal, $1.step) }
  }

  @Test(arguments: datasets)
  func `the shards equal the reference bit for bit`(dataset: String) async throws {
    let workshop = try await workshop(dataset)
    try await compareChunks(workshop, dataset)
    for type in ["bounds_q99", "bounds"] { try await compareRows(workshop, dataset, type) }
    // The reference sums means in float32, so that its own statistics are put in the place of the store's.
    let file = workshop(dataset + "/" + StoreIndex.statisticsName)
    let own = try StatisticsFile.statistics(JSONNode(file: file), dataset: dataset)
    let statistics = try referenceStatistics(dataset, own)
    try AtomicFile.write(Array(StatisticsFile.json(statistics, dataset: dataset).serialized().utf8), to: file)
    try TinyStore.changeIndex(workshop(dataset)) {
      $0.statisticsDigest = (try? SHA256Digest.hexadecimal(ofFile: file)) ?? ""
    }
    try await compareRows(workshop, dataset, "normal")
  }

  /// The store's statistics with the reference's means and deviations, which are near.
  private func referenceStatistics(_ dataset: String, _ own: DatasetStatistics) throws -> DatasetStatistics {
    let root = try JSONNode(file: Repository.fixture("Actions/\(dataset).statistics.json"))
    let reference = try root.member("dataset_statistics")
    var statistics = own
    for (name, path) in [("action", \DatasetStatistics.action), ("proprio", \DatasetStatistics.proprio)] {
      let feature = try reference.member(name)
      let mean = try feature.member("mean").array().map { try $0.double() }
      let std = try feature.member("std").array().map { try $0.double() }
      for column in mean.indices {
        #expect(abs(mean[column] - own[keyPath: path].mean[column]) < 5e-6)
        #expect(abs(std[column] - own[keyPath: path].std[column]) < 5e-6)
      }
      if name == "action" { (statistics.action.mean, statistics.action.std) = (mean, std) }
      if name == "proprio" { (statistics.proprio.mean, statistics.proprio.std) = (mean, std) }
    }
    return statistics
  }

  /// Compares actions, states and tokens of both parts.
  private func compareRows(_ workshop: Workshop, _ dataset: String, _ type: String) async throws {
    let reference = try SafetensorsFixture(path: Repository.fixture("Actions/\(dataset).normalized.safetensors"))
    let tokens = try SafetensorsFixture(path: Repository.fixture("Actions/\(dataset).tokens.safetensors"))
    let val = dataset == "metaworld_reach_push" ? "train[95%:]" : "val"
    // Without `split` the reference's rule gives its training part.
    for (name, line) in [("train", ""), ("val", ", split: \"\(val)\"")] {
      let samples = sorted(
        try await workshop.samples(
          """
          entries: [{dataset: \(dataset)\(line)}]
          weighting: uniform
          samples: \(try reference.shape("\(type)/\(name)/action")[0])
          normalization: \(type)
          """, "\(name)-\(type)"))
      let lengths = try reference.integers("\(type)/\(name)/episode_len").map(Int.init)
      #expect(samples.map(\.step) == lengths.flatMap { Array(0..<$0) })
      #expect(bits(samples.flatMap(\.action)) == bits(try reference.floats("\(type)/\(name)/action")))
      #expect(bits(samples.flatMap(\.proprio)) == bits(try reference.floats("\(type)/\(name)/proprio")))
      guard type == "bounds_q99" else { continue }
      for vocabulary in [32000, 50257] {
        let ids = samples.flatMap { $0.bins.map { Int64(vocabulary - 1 - Int($0)) } }
        #expect(ids == (try tokens.integers("\(vocabulary)/\(name)/ids")))
      }
    }
  }

  /// Compares windows and chunks; the reference has those of the first six episodes.
  private func compareChunks(_ workshop: Workshop, _ dataset: String) async throws {
    let reference = try SafetensorsFixture(path: Repository.fixture("sampling/\(dataset).chunks.safetensors"))
    for (window, future) in [(2, 3), (1, 7), (4, 0)] {
      let lengths = try (0..<6).map { try reference.shape("w\(window)_f\(future)/\($0)/action")[0] }
      // An entry with a condition would have other statistics.
      let samples = sorted(
        try await workshop.samples(
          """
          entries: [{dataset: \(dataset), split: "train[:6]"}]
          weighting: uniform
          samples: \(lengths.reduce(0, +))
          window: \(window)
          chunk: \(future + 1)
          """, "w\(window)"))
      for episode in 0..<6 {
        let prefix = "w\(window)_f\(future)/\(episode)"
        let found = samples.filter { $0.ordinal == episode }
        #expect(bits(found.flatMap(\.action)) == bits(try reference.floats(prefix + "/action")))
        #expect(bits(found.flatMap(\.proprio)) == bits(try reference.floats(prefix + "/proprio")))
        let masks = found.compactMap(\.observationValid).flatMap(\.self)
        if window > 1 { #expect(masks == (try reference.bytes(prefix + "/pad_mask"))) }
        // Slots count from step − window + 1; those within the episode are valid.
        let valid = found.indices.flatMap { step in
          (0..<window + future).map { UInt8(found.indices.contains(step + $0 - window + 1) ? 1 : 0) }
        }
        #expect(found.flatMap(\.valid) == valid)
      }
    }
  }
}
