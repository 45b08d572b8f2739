internal import ByteIO
public import JSON
public import SampleShards
internal import TensorFiles
internal import Torch

/// Where a run stands, apart from its tensors.
public struct RunPosition: Equatable, Sendable {
  /// The optimiser steps done.
  public var step = 0
  /// Where the stream of samples or pairs stands, and that of the anchor's samples beside the pairs.
  public var place = SampleReader.Place()
  public var anchor = SampleReader.Place()
  /// The seconds of training so far.
  public var seconds = 0.0
  /// The sums since the last logged step.
  public var tally: [Double] = []

  public init() {}
}

/// The states of a run that are kept on disk: `states/step-000000100/`, with `state.json` and `state.safetensors`.
///
/// Random numbers have no state of their own: what a step draws follows from the seed, the step and the rank.
public struct StateFolder: Sendable {
  static let schema = "armature.state/1"
  static let jsonName = "state.json"
  static let tensorsName = "state.safetensors"

  public let path: String
  /// The states that stay.
  public let keep: Int

  public init(_ path: String, keep: Int) {
    self.path = path
    self.keep = max(1, keep)
  }

  /// The steps whose states are complete, ascending.
  public var steps: [Int] {
    get throws(FileError) {
      guard Directory.entry(path) == .directory else { return [] }
      return try Directory.names(path).compactMap { name in
        name.hasPrefix("step-") ? Int(name.dropFirst("step-".count)) : nil
      }.sorted()
    }
  }

  private func folder(_ step: Int) -> String {
    let digits = String(step)
    return "\(path)/step-\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits)"
  }

  /// Writes the state at `position`; it appears only when complete, and older ones then go.
  public func write(_ optimizer: Optimizer, _ position: RunPosition, fingerprint: JSONValue) throws {
    let folder = folder(position.step)
    guard Directory.entry(folder) == .missing else { return }
    let part = "\(folder).part"
    try Directory.remove(part)
    try Directory.create(part)
    do {
      try writeTensors(optimizer, to: "\(part)/\(Self.tensorsName)")
      let json: JSONValue = [
        "schema": .string(Self.schema), "step": JSONValue(position.step), "epoch": JSONValue(position.place.epoch),
        "position": JSONValue(position.place.position), "anchor_epoch": JSONValue(position.anchor.epoch),
        "anchor_position": JSONValue(position.anchor.position), "seconds": .real(position.seconds),
        "tally": .array(position.tally.map { .real($0) }), "fingerprint": fingerprint,
      ]
      _ = try AtomicFile.write(Array((json.serialized(.indented) + "\n").utf8), to: "\(part)/\(Self.jsonName)")
      try Directory.synchronize(part)
    } catch {
      // What is written so far is of no use; the error that is thrown says why.
      try? Directory.remove(part)
      throw error
    }
    try Directory.move(part, to: folder)
    try Directory.synchronize(path)
    for old in try steps.dropLast(keep) { try Directory.remove(self.folder(old)) }
    // What crashes left unfinished.
    for name in try Directory.names(path) where name.hasSuffix(".part") { try Directory.remove("\(path)/\(name)") }
  }

  private func writeTensors(_ optimizer: Optimizer, to file: String) throws {
    var sources: [String: Tensor] = [:]
    var counts: [Float] = []
    for (index, name) in optimizer.names.enumerated() {
      sources["parameter.\(name)"] = optimizer.parameters[index]
      guard let moments = optimizer.moments[index] else {
        counts.append(-1)
        continue
      }
      sources["first.\(name)"] = moments.first
      sources["second.\(name)"] = moments.second
      counts.append(Float(try moments.step.scalar()))
    }
    sources["steps"] = try Tensor(counts, [counts.count])
    let declarations = try sources.map { TensorDeclaration($0.key, try $0.value.dtype, $0.value.shape) }
    let writer = try SafetensorsWriter(file, declarations, metadata: ["format": "pt"])
    for declaration in writer.order {
      guard let tensor = sources[declaration.name] else { continue }
      try writer.append(declaration.name) { try $0.append(tensor.detached().bytes) }
    }
    _ = try writer.commit()
  }

  /// Restores the state of `step` into `optimizer` and its parameters.
  ///
  /// - Throws: `TrainingError` where it is another run's, naming the setting that differs; `JSONError`, `FileError`,
  ///   `TensorFileError`.
  public func restore(_ step: Int, into optimizer: Optimizer, fingerprint: JSONValue) throws -> RunPosition {
    let folder = folder(step)
    let root = try JSONNode(file: "\(folder)/\(Self.jsonName)")
    guard try root.member("schema").string() == Self.schema else {
      throw root.failure(.notA("a state of this version, `\(Self.schema)`,"))
    }
    try compare(root.member("fingerprint").value, with: fingerprint, folder)
    var position = RunPosition()
    position.step = try root.member("step").count()
    position.place = SampleReader.Place(
      epoch: try root.member("epoch").count(), position: try root.member("position").count())
    position.anchor = SampleReader.Place(
      epoch: try root.optional("anchor_epoch")?.count() ?? 0,
      position: try root.optional("anchor_position")?.count() ?? 0)
    position.seconds = try root.member("seconds").double()
    position.tally = try root.member("tally").array().map { try $0.double() }

    let file = try SafetensorsFile("\(folder)/\(Self.tensorsName)")
    let counts = try file.values("steps", .float32, as: Float.self)
    guard counts.count == optimizer.names.count else {
      throw TrainingError(
        place: file.path, "it holds \(counts.count) parameters, the run trains \(optimizer.names.count)")
    }
    try withoutGradient {
      var moments: [AdamW.Moments?] = []
      for (index, name) in optimizer.names.enumerated() {
        let parameter = optimizer.parameters[index]
        func stored(_ kind: String) throws -> Tensor {
          let declaration = try TensorDeclaration("\(kind).\(name)", parameter.dtype, parameter.shape)
          guard file.declaration(declaration.name) == declaration else {
            throw TrainingError(
              place: file.path,
              "tensor `\(declaration.name)` is not \(declaration.dtype.rawValue) \(declaration.shape)")
          }
          return try Tensor.copying(file.bytes(declaration.name), declaration.dtype, declaration.shape)
            .converted(on: parameter.device)
        }
        try parameter.assign(stored("parameter"))
        guard counts[index] >= 0 else {
          moments.append(nil)
          continue
        }
        moments.append(
          AdamW.Moments(
            first: try stored("first"), second: try stored("second"),
            step: try Tensor.full([], Double(counts[index]), on: parameter.device)))
      }
      optimizer.moments = moments
    }
    return position
  }

  private func compare(_ found: JSONValue, with due: JSONValue, _ folder: String) throws {
    guard found.serialized() != due.serialized() else { return }
    let settings = due.members ?? []
    let different =
      settings.first { found[$0.name]?.serialized() != $0.value.serialized() }?.name
      ?? found.members?.first { due[$0.name] == nil }?.name
    let name = different ?? "the configuration"
    throw TrainingError(
      .usage, place: folder,
      "the run was begun with `\(name)` \(found[name]?.serialized() ?? "unset"), now it is "
        + "\(due[name]?.serialized() ?? "unset"); give the former, or another --out")
  }
}
