import ByteIO
import Checkpoints
import JSON
import TensorFiles
import TestSupport

/// A copy of one of the small checkpoints, to be damaged.
struct CheckpointFixture {
  /// All of them, each written by transformers 4.40.1.
  static let names = ["dev", "vocab32k", "gqa", "siglip", "clip", "dinoclip", "in1k"]

  static func path(_ name: String) -> String { Repository.fixture("TinyOpenVLA/\(name)/model") }

  /// The config of `name`, changed by what `changes` say: a key, with dots, and its value, or `nil` to remove it.
  static func config(_ name: String, _ changes: [(String, JSONValue?)] = []) throws -> JSONNode {
    let root = try JSONNode(file: "\(path(name))/\(CheckpointFolder.configName)").value
    return JSONNode(changes.reduce(root) { $0.setting($1.0.split(separator: "."), $1.1) }, file: "config.json")
  }

  let directory: TemporaryDirectory
  let path: String

  init(_ name: String) throws {
    directory = try TemporaryDirectory()
    path = directory("model")
    try Directory.create(path)
    for file in try Directory.names(Self.path(name)) {
      try directory.write(readBytes("\(Self.path(name))/\(file)"), to: "model/\(file)")
    }
  }

  func remove(_ file: String) throws { try Directory.remove("\(path)/\(file)") }

  func write(_ text: String, to file: String) throws { try directory.write(Array(text.utf8), to: "model/\(file)") }

  /// Changes the tensors of a weight file.
  func rewrite(
    _ file: String = CheckpointFolder.singleName, _ change: (inout [(name: String, tensor: HostTensor)]) throws -> Void
  ) throws {
    let source = try SafetensorsFile("\(path)/\(file)")
    var tensors = try source.tensors.map {
      (name: $0.name, tensor: HostTensor($0.dtype, $0.shape, Bytes(try source.bytes($0.name).array)))
    }
    try change(&tensors)
    try writeTensors(tensors, metadata: ["format": "pt"], to: "\(path)/\(file)")
  }

  /// Changes the index: the file that it names for each tensor, or `nil` to drop the tensor.
  func reindex(_ change: (String, String) -> String?) throws {
    let root = try JSONNode(file: "\(path)/\(CheckpointFolder.indexName)")
    let members = try root.member("weight_map").members().compactMap { name, node in
      try change(name, node.string()).map { JSONValue.Member(name, .string($0)) }
    }
    try write(
      root.value.setting(["weight_map"], .object(members)).serialized(.indented), to: CheckpointFolder.indexName)
  }
}

extension JSONValue {
  /// The same value with the member at `path` replaced, added, or removed.
  func setting(_ path: [Substring], _ value: JSONValue?) -> JSONValue {
    guard let first = path.first else { return value ?? .null }
    var members = self.members ?? []
    let index = members.firstIndex { $0.name == first }
    let inner: JSONValue? =
      path.count == 1
      ? value : (index.map { members[$0].value } ?? .object([])).setting(Array(path.dropFirst()), value)
    switch (index, inner) {
    case (let index?, let inner?): members[index].value = inner
    case (let index?, nil): members.remove(at: index)
    case (nil, let inner?): members.append(.init(String(first), inner))
    case (nil, nil): break
    }
    return .object(members)
  }
}

/// What `body` throws, as the line that a person reads; `nil` where it throws nothing.
func complaint(_ body: () throws -> Void) -> String? {
  do { try body() } catch { return "\(error)" }
  return nil
}
