import Sampling
import TestSupport
import Testing

@Suite struct ChunkTests {
  static let datasets = ["metaworld_reach_push", "metaworld_button_drawer"]
  private static let absolute = [false, false, false, false, false, false, true]

  private struct Reference {
    let chunks: SafetensorsFixture
    let actions, proprio: [Float]
    let lengths: [Int]

    init(_ dataset: String) throws {
      chunks = try SafetensorsFixture(path: Repository.fixture("sampling/\(dataset).chunks.safetensors"))
      let normalized = try SafetensorsFixture(
        path: Repository.fixture("Actions/\(dataset).normalized.safetensors"))
      actions = try normalized.floats("bounds_q99/train/action")
      proprio = try normalized.floats("bounds_q99/train/proprio")
      lengths = try normalized.integers("bounds_q99/train/episode_len").map(Int.init)
    }

    func rows(_ all: [Float], width: Int, episode: Int) -> [Float] {
      let start = lengths[..<episode].reduce(0, +)
      return Array(all[start * width..<(start + lengths[episode]) * width])
    }
  }

  private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

  /// Compares all that the reference has under `prefix` with what a chunk makes of the rows.
  private func compare(
    _ reference: Reference, _ prefix: String, chunk: ActionChunk, rows: [Float], proprio: [Float]?,
    absolute: [Bool], goals: [Int]? = nil
  ) throws {
    let stepCount = rows.count / 7
    var actions: [Float] = []
    var steps: [Int32] = []
    var pads: [UInt8] = []
    var states: [Float] = []
    for step in 0..<stepCount {
      try chunk.appendActions(
        of: rows, absolute: absolute, at: step, goal: goals?[step] ?? stepCount - 1, to: &actions)
      for slot in 0..<chunk.window {
        let observation = chunk.observation(slot, at: step)
        steps.append(Int32(observation.step))
        pads.append(observation.isReal ? 1 : 0)
        if let proprio { states += proprio[observation.step * 8..<(observation.step + 1) * 8] }
      }
    }
    #expect(try reference.chunks.shape("\(prefix)/action") == [stepCount, chunk.actionCount, 7])
    #expect(bits(actions) == bits(try reference.chunks.floats("\(prefix)/action")))
    #expect(steps == (try reference.chunks.shortIntegers("\(prefix)/timestep")))
    #expect(pads == (try reference.chunks.bytes("\(prefix)/pad_mask")))
    if proprio != nil { #expect(bits(states) == bits(try reference.chunks.floats("\(prefix)/proprio"))) }
  }

  @Test(arguments: datasets, [(1, 0), (1, 7), (2, 3), (4, 0)])
  func `windows and chunks equal the reference's bit for bit`(dataset: String, shape: (Int, Int)) throws {
    let reference = try Reference(dataset)
    let chunk = try ActionChunk(window: shape.0, chunk: shape.1 + 1)
    for episode in 0..<6 {
      try compare(
        reference, "w\(shape.0)_f\(shape.1)/\(episode)", chunk: chunk,
        rows: reference.rows(reference.actions, width: 7, episode: episode),
        proprio: reference.rows(reference.proprio, width: 8, episode: episode), absolute: Self.absolute)
    }
  }

  @Test(arguments: datasets)
  func `goals and a missing mask act as in the reference`(dataset: String) throws {
    let reference = try Reference(dataset)
    let chunk = try ActionChunk(window: 2, chunk: 6)
    let rows = try reference.chunks.floats("base_action")
    let goals = try reference.chunks.shortIntegers("goal/goal_timestep").map(Int.init)
    try compare(
      reference, "goal", chunk: chunk, rows: rows, proprio: nil, absolute: Self.absolute, goals: goals)
    let none = [Bool](repeating: false, count: 7)
    try compare(reference, "nomask", chunk: chunk, rows: rows, proprio: nil, absolute: none)
  }

  @Test func `a chunk of two columns comes out as by hand`() throws {
    // Window 2, chunk 3, five steps: the first column is relative and becomes 0 past the end, the second
    // stays.
    let chunk = try ActionChunk(window: 2, chunk: 3)
    let rows: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    for (step, expected) in [
      (0, [1, 2, 1, 2, 3, 4, 5, 6]), (3, [5, 6, 7, 8, 9, 10, 0, 10]), (4, [7, 8, 9, 10, 0, 10, 0, 10]),
    ] as [(Int, [Float])] {
      var actions: [Float] = []
      try chunk.appendActions(of: rows, absolute: [false, true], at: step, goal: 4, to: &actions)
      #expect(actions == expected)
    }
    let valid = (0..<4).map { chunk.action($0, at: 0, goal: 4).isValid }
    #expect(valid == [false, true, true, true])
    #expect((0..<4).map { chunk.action($0, at: 4, goal: 4).isValid } == [true, true, false, false])
    // With the goal at step 1 the action of step 2 is neutral.
    #expect((0..<4).map { chunk.action($0, at: 1, goal: 1).isNeutral } == [false, false, true, true])
  }

  @Test func `dropping keeps the steps that have a whole chunk`() throws {
    let chunk = try ActionChunk(chunk: 8)
    for (steps, kept) in [(0, 0), (1, 0), (7, 0), (8, 1), (20, 13)] {
      #expect(chunk.sampleCount(stepCount: steps, padding: .drop) == kept)
      #expect(chunk.sampleCount(stepCount: steps, padding: .repeat) == steps)
      for step in 0..<kept {
        for slot in 0..<8 { #expect(chunk.action(slot, at: step, goal: steps - 1).isValid) }
      }
    }
    #expect(try ActionChunk().sampleCount(stepCount: 5, padding: .drop) == 5)
  }

  @Test func `lengths and steps that there are not are refused`() throws {
    for (window, chunk) in [(0, 1), (1, 0), (-1, 1), (1025, 1), (1, Int.max)] {
      #expect(throws: SamplingError.self) { try ActionChunk(window: window, chunk: chunk) }
    }
    let chunk = try ActionChunk()
    for (rows, absolute, step, goal) in [
      ([1, 2, 3], [true, true], 0, 0), ([1, 2], [], 0, 0), ([1, 2], [true, true], 1, 1),
      ([1, 2, 3, 4], [true, true], 1, 0), ([1, 2], [true, true], -1, 0), ([1, 2], [true, true], 0, 1),
    ] as [([Float], [Bool], Int, Int)] {
      var output: [Float] = []
      #expect(throws: SamplingError.self) {
        try chunk.appendActions(of: rows, absolute: absolute, at: step, goal: goal, to: &output)
      }
    }
  }
}
