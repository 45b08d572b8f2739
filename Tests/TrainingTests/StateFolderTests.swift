import ByteIO
import Foundation
import JSON
import SampleShards
import TensorFiles
import TestSupport
import Testing
import Torch
import VLA

@testable import Training

@Suite struct StateFolderTests {
  private static func optimizer(_ value: Double = 1) throws -> Optimizer {
    var store = ParameterStore()
    let weight = try Tensor.full([2, 3], value)
    try weight.setRequiresGradient(true)
    store["w"] = weight
    return Optimizer(store, AdamW.Options(), .all)
  }

  private static let fingerprint: JSONValue = ["seed": .string("7")]

  private static func position(_ step: Int) -> RunPosition {
    var position = RunPosition()
    position.step = step
    position.place = SampleReader.Place(epoch: 2, position: step)
    position.anchor = SampleReader.Place(epoch: 1, position: 5)
    position.seconds = 1.5
    position.tally = [1, 2]
    return position
  }

  @Test func `a state comes back, the newest ones stay, and what crashes left goes`() throws {
    let folder = try TemporaryDirectory()
    let states = StateFolder(folder("states"), keep: 2)
    #expect(try states.steps.isEmpty)
    try Directory.create(folder("states/step-000000001.part"))
    for step in [1, 2, 10] {
      try states.write(Self.optimizer(Double(step)), Self.position(step), fingerprint: Self.fingerprint)
    }
    #expect(try states.steps == [2, 10])
    #expect(try Directory.names(folder("states")).sorted() == ["step-000000002", "step-000000010"])
    let optimizer = try Self.optimizer()
    #expect(try states.restore(10, into: optimizer, fingerprint: Self.fingerprint) == Self.position(10))
    #expect(try optimizer.parameters[0].values(Double.self) == [10, 10, 10, 10, 10, 10])
    #expect(optimizer.moments[0] == nil)
    // A state is not written over.
    try states.write(Self.optimizer(5), Self.position(10), fingerprint: Self.fingerprint)
    _ = try states.restore(10, into: optimizer, fingerprint: Self.fingerprint)
    #expect(try optimizer.parameters[0].values(Double.self)[0] == 10)
  }

  @Test func `moments come back with the steps that they took`() throws {
    let folder = try TemporaryDirectory()
    let states = StateFolder(folder("states"), keep: 1)
    let optimizer = try Self.optimizer()
    try optimizer.parameters[0].setGradient(Tensor.full([2, 3], 0.5))
    for _ in 0..<3 { try optimizer.step(learningRate: 0.1) }
    try states.write(optimizer, Self.position(3), fingerprint: Self.fingerprint)
    let other = try Self.optimizer()
    _ = try states.restore(3, into: other, fingerprint: Self.fingerprint)
    let (a, b) = (try #require(optimizer.moments[0]), try #require(other.moments[0]))
    #expect(try b.step.scalar() == 3)
    #expect(try a.first.values(Double.self) == b.first.values(Double.self))
    #expect(try a.second.values(Double.self) == b.second.values(Double.self))
    // β₁: 0.5 · (1 − 0.9³) = 0.1355.
    #expect(try abs(b.first.values(Double.self)[0] - 0.1355) <= 1e-6)
  }

  @Test func `states of before there were anchors are read`() throws {
    let folder = try TemporaryDirectory()
    let states = StateFolder(folder("states"), keep: 1)
    try states.write(Self.optimizer(), Self.position(4), fingerprint: Self.fingerprint)
    let file = folder("states/step-000000004/state.json")
    let text = String(decoding: try readBytes(file), as: UTF8.self)
    let lines = text.split(separator: "\n").filter { !$0.contains("\"anchor_") }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    let position = try states.restore(4, into: Self.optimizer(), fingerprint: Self.fingerprint)
    #expect(position.anchor == SampleReader.Place() && position.place == Self.position(4).place)
  }

  @Test func `other settings, another schema and every cut of the files are refused`() throws {
    let folder = try TemporaryDirectory()
    let states = StateFolder(folder("states"), keep: 1)
    try states.write(Self.optimizer(), Self.position(4), fingerprint: Self.fingerprint)
    #expect {
      _ = try states.restore(4, into: Self.optimizer(), fingerprint: ["seed": .string("8")])
    } throws: { error in
      "\(error)".contains("`seed`") && "\(error)".contains("another --out")
    }
    for name in ["state.json", "state.safetensors"] {
      let file = folder("states/step-000000004/\(name)")
      let bytes = try readBytes(file)
      for count in stride(from: 0, to: bytes.count - 1, by: 7) {
        try Data(bytes.prefix(count)).write(to: URL(filePath: file))
        #expect(throws: (any Error).self) {
          _ = try states.restore(4, into: Self.optimizer(), fingerprint: Self.fingerprint)
        }
      }
      try Data(bytes).write(to: URL(filePath: file))
    }
    let file = folder("states/step-000000004/state.json")
    let text = String(decoding: try readBytes(file), as: UTF8.self)
    try Data(text.replacing("armature.state/1", with: "armature.state/9").utf8).write(to: URL(filePath: file))
    #expect {
      _ = try states.restore(4, into: Self.optimizer(), fingerprint: Self.fingerprint)
    } throws: { "\($0)".contains("a state of this version") }
  }
}
