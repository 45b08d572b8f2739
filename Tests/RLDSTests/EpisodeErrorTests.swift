import ByteIO
import ImageCodec
import RLDS
import TFRecord
import TestSupport
import Testing

/// Episodes that do not fit their declaration: each error names file, record, offset, feature and step.
@Suite struct EpisodeErrorTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private typealias Feature = SyntheticDataset.Feature

  /// Writes two episodes, the second as `adjust` leaves it, and returns the error that reading `feature` of the
  /// second throws, after checking its place.
  private func error(
    reading feature: String, extra: [Feature] = [], step: Int? = nil,
    _ adjust: @escaping @Sendable (inout SyntheticEpisode) -> Void = { _ in }
  ) throws -> EpisodeError? {
    var synthetic = SyntheticDataset()
    synthetic.extraFeatures = extra
    synthetic.adjust = { if $0 == 1 { adjust(&$1) } }
    let dataset = try DatasetDirectory(try synthetic.write(to: directory.path))
    let found = try episodes(of: dataset.splits[0], in: dataset)
    let file = try dataset.file(dataset.splits[0].shards[0])
    let offset = synthetic.episode(0).payload.count + Record.framingByteCount
    #expect(throws: Never.self) { try found[0].column(feature) }
    let error = #expect(throws: EpisodeError.self) { try found[1].column(feature) }
    #expect(error?.place == EpisodePlace(file: file, record: 1, offset: offset))
    #expect(error?.feature == feature)
    #expect(error?.step == step)
    #expect(error?.kind == .badData)
    let place = "\(file): record 1 at byte \(offset): feature `\(feature)`" + (step.map { ", step \($0)" } ?? "") + ": "
    #expect(error?.description.hasPrefix(place) == true)
    #expect(error?.description.contains("\n") == false)
    return error
  }

  @Test func `a missing feature`() throws {
    let error = try error(reading: "steps/action") { $0.lists["steps/action"] = nil }
    #expect(error?.reason == .missingFeature)
  }

  @Test func `a feature of another kind`() throws {
    let error = try error(reading: "steps/action") { $0.lists["steps/action"] = .integers([1]) }
    #expect(
      error?.reason
        == .example(ExampleError(.wrongKind(feature: "steps/action", expected: "floats", found: "integers"))))
  }

  @Test func `values that do not fill the last step`() throws {
    let error = try error(reading: "steps/action") {
      $0.lists["steps/action"] = .floats([Float](repeating: 0, count: 20))
    }
    #expect(error?.reason == .count(found: 20, perValue: 7))
  }

  @Test func `a step too few`() throws {
    let error = try error(reading: "steps/action") {
      $0.lists["steps/action"] = .floats([Float](repeating: 0, count: 14))
    }
    #expect(error?.reason == .rows(found: 2, expected: 3))
  }

  @Test func `a step too many`() throws {
    let error = try error(reading: "steps/observation/image") {
      $0.lists["steps/observation/image"] = .byteStrings([[UInt8]](repeating: TinyImage.jpeg, count: 4))
    }
    #expect(error?.reason == .rows(found: 4, expected: 3))
  }

  @Test func `an episode's text twice`() throws {
    let error = try error(reading: "episode_metadata/file_path") {
      $0.lists["episode_metadata/file_path"] = .texts(["a", "b"])
    }
    #expect(error?.reason == .single(found: 2, expected: 1))
  }

  private static let ragged = Feature(
    "steps/marks", FeatureJSON.sequence(FeatureJSON.tensor("int32")),
    lists: { _, _ in
      [
        "steps/marks/ragged_flat_values": .integers([7, 8, 9]),
        "steps/marks/ragged_row_lengths_0": .integers([2, 0, 1]),
      ]
    })

  @Test func `a negative row length`() throws {
    let error = try error(reading: "steps/marks", extra: [Self.ragged]) {
      $0.lists["steps/marks/ragged_row_lengths_0"] = .integers([4, -1, 0])
    }
    #expect(error?.reason == .negativeLength(-1))
  }

  @Test(arguments: [([2, 0, 2], 4), ([0, 0, 0], 0), ([.max, 0, 0], .max)] as [([Int64], Int)])
  func `row lengths that do not add up`(_ lengths: [Int64], _ sum: Int) throws {
    let error = try error(reading: "steps/marks", extra: [Self.ragged]) {
      $0.lists["steps/marks/ragged_row_lengths_0"] = .integers(lengths)
    }
    #expect(error?.reason == .raggedLengths(sum: sum, found: 3))
  }

  @Test func `row lengths beyond 64 bits`() throws {
    let error = try error(reading: "steps/marks", extra: [Self.ragged]) {
      $0.lists["steps/marks/ragged_row_lengths_0"] = .integers([.max, .max, 2])
    }
    #expect(error?.reason == .raggedLengths(sum: .max, found: 3))
  }

  @Test func `row lengths for another number of steps`() throws {
    let error = try error(reading: "steps/marks", extra: [Self.ragged]) {
      $0.lists["steps/marks/ragged_row_lengths_0"] = .integers([2, 1])
    }
    #expect(error?.reason == .rows(found: 2, expected: 3))
  }

  @Test func `a row of another length than the declared one`() throws {
    let pairs = Feature(
      "steps/pairs", FeatureJSON.sequence(FeatureJSON.tensor("float32"), length: 2),
      lists: { _, _ in
        [
          "steps/pairs/ragged_flat_values": .floats([1, 2, 3, 4, 5, 6]),
          "steps/pairs/ragged_row_lengths_0": .integers([2, 2, 2]),
        ]
      })
    let error = try error(reading: "steps/pairs", extra: [pairs]) {
      $0.lists["steps/pairs/ragged_row_lengths_0"] = .integers([2, 1, 3])
    }
    #expect(error?.reason == .single(found: 1, expected: 2))
  }

  @Test func `values without row lengths`() throws {
    let error = try error(reading: "steps/marks", extra: [Self.ragged]) {
      $0.lists["steps/marks/ragged_row_lengths_0"] = nil
    }
    #expect(error?.reason == .missingFeature)
  }

  /// A zlib tensor of so many float32 values, all 0.
  private static func packed(_ shape: [Int], count: Int) -> Feature {
    Feature("steps/packed", FeatureJSON.tensor("float32", shape, encoding: "zlib")) { _, steps in
      .byteStrings([[UInt8]](repeating: deflated([UInt8](repeating: 0, count: count * 4)), count: steps))
    }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let deflater = Deflater(.zlib)
    return deflater.deflate(bytes) + deflater.finish()
  }

  @Test func `a tensor that inflates to more than its shape`() throws {
    // 64 MiB of zeros from about 64 KiB, where 16 bytes are declared.
    let bomb = Self.deflated([UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < 100_000)
    let error = try error(reading: "steps/packed", extra: [Self.packed([4], count: 4)], step: 1) {
      guard case .byteStrings(var values) = $0.lists["steps/packed"] else { return }
      values[1] = bomb
      $0.lists["steps/packed"] = .byteStrings(values)
    }
    #expect(error?.reason == .inflating(.tooLong(limit: 16)))
  }

  @Test func `a tensor that inflates to less than its shape`() throws {
    let short = Self.deflated([UInt8](repeating: 0, count: 12))
    let error = try error(reading: "steps/packed", extra: [Self.packed([4], count: 4)], step: 0) {
      $0.lists["steps/packed"] = .byteStrings([short, short, short])
    }
    #expect(error?.reason == .encodedSize(expected: 16, found: 12))
  }

  @Test func `a damaged and a cut zlib stream`() throws {
    let sound = Self.deflated([UInt8](repeating: 0, count: 16))
    let damaged = try error(reading: "steps/packed", extra: [Self.packed([4], count: 4)], step: 0) {
      $0.lists["steps/packed"] = .byteStrings([[1, 2, 3], sound, sound])
    }
    #expect(damaged?.reason == .inflating(.damaged))
    let cut = try error(reading: "steps/packed", extra: [Self.packed([4], count: 4)], step: 2) {
      $0.lists["steps/packed"] = .byteStrings([sound, sound, Array(sound.prefix(5))])
    }
    #expect(cut?.reason == .inflating(.truncated))
  }

  /// A tensor of two open dimensions, 2 × 1 at each step.
  private static let shaped = Feature(
    "steps/map", FeatureJSON.tensor("uint16", [-1, -1], encoding: "bytes"),
    lists: { _, steps in
      [
        "steps/map/shape": .integers([Int64](repeating: 2, count: steps).flatMap { [$0, 1] }),
        "steps/map/value": .byteStrings([[UInt8]](repeating: [1, 2, 3, 4], count: steps)),
      ]
    })

  @Test(arguments: [[-1, 1], [1 << 62, 4], [.max, .max], [-2, -1]] as [[Int64]])
  func `a stored shape that cannot be`(_ shape: [Int64]) throws {
    let error = try error(reading: "steps/map", extra: [Self.shaped], step: 1) {
      $0.lists["steps/map/shape"] = .integers([2, 1] + shape + [2, 1])
    }
    #expect(error?.reason == .storedShape(shape))
  }

  @Test func `a stored shape of another size`() throws {
    let error = try error(reading: "steps/map", extra: [Self.shaped], step: 1) {
      $0.lists["steps/map/shape"] = .integers([2, 1, 3, 1, 2, 1])
    }
    #expect(error?.reason == .encodedSize(expected: 6, found: 4))
  }

  @Test func `too few stored shapes`() throws {
    let error = try error(reading: "steps/map", extra: [Self.shaped]) {
      $0.lists["steps/map/shape"] = .integers([2, 1, 2, 1])
    }
    #expect(error?.reason == .raggedLengths(sum: 6, found: 4))
  }

  @Test func `a payload that is no Example`() throws {
    let synthetic = SyntheticDataset()
    let path = try synthetic.write(to: directory.path)
    let shard = path + "/" + synthetic.shardName("train", 0, of: 1)
    try damageRecord(1, of: shard, .replaced(by: [0xFF, 0xFF]))
    let dataset = try DatasetDirectory(path)
    let error = #expect(throws: EpisodeError.self) { try episodes(of: dataset.splits[0], in: dataset) }
    #expect(error?.place.record == 1)
    #expect(error?.feature == nil)
    guard case .example = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
