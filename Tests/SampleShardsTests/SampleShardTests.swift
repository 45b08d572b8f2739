import ByteIO
import JSON
import MixtureSupport
import SampleShards
import TensorFiles
import TestSupport
import Testing

@Suite struct SampleShardTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static let forms: [SampleLayout.Form] = [
    .encoded, .pixels(height: TinyMixture.height, width: TinyMixture.width),
    .packedPixels(height: TinyMixture.height, width: TinyMixture.width),
  ]

  @Test(arguments: forms, [1, 3]) func `a shard gives back what went in`(_ form: SampleLayout.Form, _ window: Int)
    throws
  {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let samples = try mixture.write(to: directory("m"))
    for position in 0..<samples.count {
      let (number, sample) = samples.place(of: position)
      #expect(number == position / 8 && sample == position % 8)
      let shard = try samples.shard(number)
      #expect(try shard.floats("action", sample: sample) == mixture.action(position))
      #expect(try shard.bytes("action_bin", sample: sample).array == mixture.bins(position))
      #expect(try shard.bytes("action_valid", sample: sample).array == mixture.valid(position))
      #expect(try shard.floats("proprio", sample: sample) == mixture.proprio(position))
      #expect(shard.instruction(sample).flatMap { String(utf8: $0) } == mixture.instruction(position))
      #expect(shard.datasetIndex[sample] == UInt16(mixture.dataset(position)))
      #expect(shard.episodeOrdinal[sample] == mixture.episode(position))
      #expect(shard.stepIndex[sample] == mixture.step(position))
      for (picture, frames) in mixture.layout.pictures {
        for frame in 0..<frames {
          #expect(
            try shard.frame(picture, sample: sample, window: frame).array == mixture.frame(picture, position, frame))
        }
      }
    }
  }

  /// What is done to the tensors of a sound shard, and what the error says.
  struct Damage: Sendable, CustomTestStringConvertible {
    let tensor: String
    /// nil removes the tensor.
    let replacement: HostTensor?
    let problem: String
    var window = 1
    var form = SampleLayout.Form.encoded

    var testDescription: String { problem }
  }

  private static func offsets(_ values: [UInt64]) -> HostTensor { HostTensor(.uint64, [values.count], values: values) }

  static let damages: [Damage] = [
    Damage(tensor: "action", replacement: nil, problem: "tensor `action` is missing"),
    Damage(
      tensor: "action", replacement: HostTensor(.float32, [], values: [Float(1)]), problem: "tensor `action` is missing"
    ),
    Damage(
      tensor: "action", replacement: HostTensor(.float32, [4, 2, 2], values: [Float](repeating: 0, count: 16)),
      problem: "tensor `action` is F32 [4, 2, 2], F32 [4, 2, 3] is due"),
    Damage(
      tensor: "action", replacement: HostTensor(.float64, [4, 2, 3], values: [Double](repeating: 0, count: 24)),
      problem: "tensor `action` is F64 [4, 2, 3], F32 [4, 2, 3] is due"),
    // No elements, but a number of samples that cannot be counted on.
    Damage(
      tensor: "action", replacement: HostTensor(.float32, [Int.max, 2, 0], Bytes([])),
      problem: "tensor `dataset.index` is missing or not U16 [9223372036854775807]"),
    Damage(tensor: "dataset.index", replacement: nil, problem: "tensor `dataset.index` is missing or not U16 [4]"),
    Damage(
      tensor: "dataset.index", replacement: HostTensor(.uint16, [3], values: [UInt16](repeating: 0, count: 3)),
      problem: "tensor `dataset.index` is missing or not U16 [4]"),
    Damage(tensor: "action_bin", replacement: nil, problem: "tensor `action_bin` is missing, U8 [4, 2, 3] is due"),
    Damage(tensor: "action_valid", replacement: nil, problem: "tensor `action_valid` is missing, U8 [4, 2] is due"),
    Damage(tensor: "proprio", replacement: nil, problem: "tensor `proprio` is missing, F32 [4, 2] is due"),
    Damage(
      tensor: "proprio", replacement: HostTensor(.float32, [4, 2], values: [Float](repeating: 0, count: 8)),
      problem: "tensor `proprio` is F32 [4, 2], F32 [4, 3, 2] is due", window: 3),
    Damage(
      tensor: "observation_valid", replacement: nil, problem: "tensor `observation_valid` is missing, U8 [4, 3] is due",
      window: 3),
    Damage(tensor: "goal.step", replacement: nil, problem: "tensor `goal.step` is missing, U32 [4] is due"),
    Damage(tensor: "episode.ordinal", replacement: nil, problem: "tensor `episode.ordinal` is missing, U64 [4] is due"),
    Damage(tensor: "step.index", replacement: nil, problem: "tensor `step.index` is missing, U32 [4] is due"),
    Damage(
      tensor: "instruction.index", replacement: HostTensor(.int32, [4], values: [0, 1, 4, 0] as [Int32]),
      problem: "tensor `instruction.index` names texts that are not there"),
    Damage(
      tensor: "instruction.index", replacement: HostTensor(.int32, [4], values: [0, -2, 0, 0] as [Int32]),
      problem: "tensor `instruction.index` names texts that are not there"),
    Damage(
      tensor: "instruction.offsets", replacement: offsets([0, 10, 9, 50, 124]),
      problem: "tensor `instruction.offsets` does not rise from 0 to 124 in 4 steps"),
    Damage(
      tensor: "instruction.offsets", replacement: offsets([0, 10, 20, 30, 125]),
      problem: "tensor `instruction.offsets` does not rise from 0 to 124 in 4 steps"),
    Damage(
      tensor: "instruction.offsets", replacement: offsets([1, 10, 20, 30, 124]),
      problem: "tensor `instruction.offsets` does not rise from 0 to 124 in 4 steps"),
    Damage(
      tensor: "instruction.offsets", replacement: offsets([]),
      problem: "tensor `instruction.offsets` is U64 [0], U64 [1] is due"),
    Damage(
      tensor: "image.primary.offsets", replacement: offsets([0, 1, 2, 3]),
      problem: "tensor `image.primary.offsets` is U64 [4], U64 [5] is due"),
    Damage(
      tensor: "image.wrist.offsets", replacement: offsets([0, 1, 2, 3, 4]),
      problem: "tensor `image.wrist.offsets` does not rise from 0 to"),
    Damage(
      tensor: "image.wrist.bytes", replacement: nil, problem: "tensor `image.wrist.bytes` is missing, U8 [0] is due"),
    Damage(
      tensor: "goal.wrist.offsets", replacement: offsets([0, 1, UInt64.max, 3, 4]),
      problem: "tensor `goal.wrist.offsets` does not rise from 0 to"),
    Damage(
      tensor: "image.primary",
      replacement: HostTensor(.uint8, [4, 5, 6, 3], values: [UInt8](repeating: 0, count: 360)),
      problem: "tensor `image.primary` is U8 [4, 5, 6, 3], U8 [4, 6, 5, 3] is due",
      form: .pixels(height: TinyMixture.height, width: TinyMixture.width)),
  ]

  @Test(arguments: damages) func `a shard that does not fit the layout is refused`(_ damage: Damage) throws {
    let mixture = TinyMixture(window: damage.window, form: damage.form, hasGoal: true)
    var tensors = try mixture.tensors(0..<4).filter { $0.name != damage.tensor }
    #expect(try tensors.count == mixture.tensors(0..<4).count - 1)
    if let replacement = damage.replacement { tensors.append((damage.tensor, replacement)) }
    let path = directory("a.safetensors")
    try writeTensors(tensors, to: path)
    let error = #expect(throws: SampleShardError.self) { try SampleShard(path, mixture.layout) }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("\(path): \(damage.problem)") == true, "\(error?.description ?? "")")
    #expect(error?.description.hasSuffix("; build the mixture again") == true)
  }

  @Test func `a missing index, a plan and altered shards are told apart`() throws {
    func refusal(_ path: String, _ body: () throws -> Void) -> String {
      let error = #expect(throws: SampleShardError.self) { try body() }
      return error?.description ?? ""
    }
    try Directory.create(directory("none"))
    #expect(
      refusal("none") { _ = try SampleSet(directory("none")) }
        == directory("none")
        + ": no complete mixture: `mixture.json` is missing; run `armature mixture build` to its end")
    let mixture = TinyMixture()
    try mixture.write(to: directory("m"))
    let path = directory("m/samples-00001-of-00003.safetensors")
    let sound = try readBytes(path)
    try AtomicFile.write(sound.dropLast(), to: path)
    #expect(
      refusal("m") { _ = try SampleSet(directory("m")).shard(1) }
        == "\(path): it has \(sound.count - 1) bytes, the index says \(sound.count); copy it again")
    // As many samples as the index has entries for is a matter of the index, not of the shard.
    var index = mixture.index([])
    let shards = try SampleSet(directory("n", mixture)).index.shards
    index.shards = shards
    index.entries.removeLast()
    try AtomicFile.write(Array(index.json.serialized().utf8), to: directory("n/mixture.json"))
    #expect(
      refusal("n") { _ = try SampleSet(directory("n")).shard(0) }
        .hasSuffix("it names datasets that the index does not have; build the mixture again"))
    index = mixture.index([
      MixtureIndex.Shard(file: shards[0].file, byteCount: shards[0].byteCount, sha256: "", first: 0, sampleCount: 21)
    ])
    try AtomicFile.write(Array(index.json.serialized().utf8), to: directory("n/mixture.json"))
    #expect(
      refusal("n") { _ = try SampleSet(directory("n")).shard(0) }
        .hasSuffix("it has 8 samples, the index says 21; build the mixture again"))
  }
}

extension TemporaryDirectory {
  /// Writes `mixture` to `name` and returns its path.
  fileprivate func callAsFunction(_ name: String, _ mixture: TinyMixture) throws -> String {
    try mixture.write(to: self(name)).path
  }
}
