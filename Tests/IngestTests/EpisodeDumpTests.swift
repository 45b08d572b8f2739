import ByteIO
import RLDS
import TFRecord
import TensorFiles
import TestSupport
import Testing

@testable import Ingest

/// The names and shapes of a dump, as docs/formats.md has them.
@Suite struct EpisodeDumpTests {
  private func tensors(_ sample: String, episode: Int = 0) throws -> [String: HostTensor] {
    let dataset = try DatasetDirectory(Repository.sample(sample))
    let shard = try #require(dataset.splits.first?.shards.first)
    let path = try dataset.file(shard)
    let file = try RecordFile(path)
    for _ in 0..<episode { _ = try file.next() }
    let record = try #require(try file.next())
    let dump = try EpisodeDump(
      record.payload, at: EpisodePlace(file: path, record: record.index, offset: record.offset),
      schema: EpisodeSchema(try #require(dataset.features)))
    return Dictionary(uniqueKeysWithValues: dump.tensors.map { ($0.name, $0.tensor) })
  }

  @Test func `numbers of a step have the steps first, metadata have none`() throws {
    let tensors = try tensors("metaworld_button_drawer")
    #expect(tensors["steps/action/world_vector"]?.shape == [16, 3])
    #expect(tensors["steps/observation/robot/joint_pos"]?.dtype == .float64)
    #expect(tensors["steps/is_first"]?.dtype == .bool)
    #expect(tensors["steps/is_first"]?.shape == [16])
    #expect(tensors["episode_metadata/camera/pos"]?.shape == [3])
    #expect(tensors["episode_metadata/seed"]?.shape == [])
  }

  @Test func `images are decoded, with their channels last`() throws {
    let tensors = try tensors("metaworld_button_drawer")
    #expect(tensors["steps/observation/rgb_static"]?.shape == [16, 96, 96, 3])
    #expect(tensors["steps/observation/depth_static"]?.dtype == .uint16)
    #expect(tensors["steps/observation/depth_static"]?.shape == [16, 64, 64, 1])
  }

  @Test func `what differs in shape is flattened, with a shape for each step`() throws {
    let tensors = try tensors("metaworld_button_drawer")
    // The sample's pictures have 24 + 4, 6, 8 rows and 20 + 8, 12, 16 columns in turn (Samples, rgb_any).
    let shapes = try #require(tensors["steps/observation/rgb_any.shapes"])
    #expect(shapes.shape == [16, 3])
    #expect(shapes.bytes.values(as: Int64.self).prefix(6) == [28, 28, 3, 30, 32, 3])
    let values = try #require(tensors["steps/observation/rgb_any.values"])
    let sizes = shapes.bytes.values(as: Int64.self)
    var total = 0
    for step in 0..<16 { total += Int(sizes[3 * step] * sizes[3 * step + 1] * sizes[3 * step + 2]) }
    #expect(values.shape == [total])
    #expect(tensors["steps/observation/rgb_any"] == nil)
    // Step t has t mod 3 way points of three numbers.
    #expect(tensors["steps/waypoints.shapes"]?.bytes.values(as: Int64.self).prefix(6) == [0, 3, 1, 3, 2, 3])
    let points = (0..<16).map { $0 % 3 }.reduce(0, +)
    #expect(tensors["steps/waypoints.values"]?.shape == [3 * points])
  }

  @Test func `strings are bytes and offsets, lists of them have shapes too`() throws {
    let tensors = try tensors("metaworld_button_drawer")
    #expect(tensors["steps/observation/natural_language_instruction.offsets"]?.shape == [17])
    // Step t has the first t mod 4 words of its instruction.
    let words = (0..<16).map { $0 % 4 }.reduce(0, +)
    #expect(tensors["steps/step_words.offsets"]?.shape == [words + 1])
    #expect(tensors["steps/step_words.shapes"]?.bytes.values(as: Int64.self).prefix(4) == [0, 1, 2, 3])
    #expect(tensors["steps/step_words.values"]?.dtype == .uint8)
    #expect(tensors["episode_metadata/policy.offsets"]?.shape == [2])
    #expect(tensors["episode_metadata/tags.bytes"] != nil)
  }
}
