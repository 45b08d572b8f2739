import Actions
import ByteIO
import DatasetManifest
import Ingest
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
  func `actions, states and tokens in the shards equal the reference's bit for bit`(dataset: String) async throws {
    let workshop = try await workshop(dataset)
    let reference = try SafetensorsFixture(path: Repository.fixture("Actions/\(dataset).normalized.safetensors"))
    let tokens = try SafetensorsFixture(path: Repository.fixture("Actions/\(dataset).tokens.safetensors"))
    let val = dataset == "metaworld_reach_push" ? "train[95%:]" : "val"
    // Without `split` the reference's rule gives its training part.
    for (name, line) in [("train", ""), ("val", ", split: \"\(val)\"")] {
      for type in ["bounds_q99", "bounds", "normal"] {
        let samples = sorted(
          try await workshop.samples(
            """
            entries: [{dataset: \(dataset)\(line)}]
            weighting: uniform
            samples: \(try reference.shape("\(type)/\(name)/action")[0])
            normalization: \(type)
            views: [primary]
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
  }

  @Test(arguments: datasets, [(2, 3), (1, 7), (4, 0)])
  func `windows and chunks in the shards equal the reference's bit for bit`(
    dataset: String, shape: (Int, Int)
  ) async throws {
    let workshop = try await workshop(dataset)
    let reference = try SafetensorsFixture(path: Repository.fixture("sampling/\(dataset).chunks.safetensors"))
    // The reference has the first six episodes.
    let samples = sorted(
      try await workshop.samples(
        """
        entries: [{dataset: \(dataset)}]
        weighting: uniform
        samples: \(dataset == "metaworld_reach_push" ? 1255 : 382)
        window: \(shape.0)
        chunk: \(shape.1 + 1)
        views: [primary]
        """))
    for episode in 0..<6 {
      let prefix = "w\(shape.0)_f\(shape.1)/\(episode)"
      let found = samples.filter { $0.ordinal == episode }
      #expect(bits(found.flatMap(\.action)) == bits(try reference.floats(prefix + "/action")))
      #expect(bits(found.flatMap(\.proprio)) == bits(try reference.floats(prefix + "/proprio")))
      if shape.0 > 1 { #expect(found.compactMap(\.observationValid).flatMap(\.self) == (try reference.bytes(prefix + "/pad_mask"))) }
      let count = found.count
      // Slots count from step − window + 1; those within the episode are valid.
      let valid = (0..<count).flatMap { step in
        (0..<shape.0 + shape.1).map { UInt8((0..<count).contains(step + $0 - shape.0 + 1) ? 1 : 0) }
      }
      #expect(found.flatMap(\.valid) == valid)
    }
  }
}
