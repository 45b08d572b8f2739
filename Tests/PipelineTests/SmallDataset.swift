import ByteIO
import Glibc
import JSON
import TFRecord
import TestSupport

/// An RLDS dataset of a few kilobytes with its manifest, for tests to change and damage.
///
/// Features of a step: `action` [7], `state` [8], `image` (JPEG, 128 × 128), `language_instruction`; of the episode:
/// `file_path`. Value k of step t of episode e is e + t / 64 + k / 1024 for the action, its negative for the state.
struct SmallDataset {
  /// The content of a list of an Example.
  enum List {
    case floats([Float])
    case strings([[UInt8]])
  }

  var episodesPerShard = [2, 2]
  var stepCount = 3
  var fileFormat = "tfrecord"
  var template: String?
  /// Replaces what `features.json` says of a step's feature.
  var declarations: [(name: String, declaration: String)] = [
    ("action", tensor("float32", [7])), ("state", tensor("float32", [8])), ("image", image("128", "128")),
    ("language_instruction", text),
  ]
  /// Changes the lists of an episode before it is written.
  var adjust: (_ episode: Int, _ lists: inout [String: List]) -> Void = { _, _ in }

  static func tensor(_ dtype: String, _ shape: [Int], encoding: String = "none") -> String {
    """
    {"pythonClassName": "tensorflow_datasets.core.features.tensor_feature.Tensor", "tensor": {"shape": \
    {"dimensions": [\(shape.map { "\"\($0)\"" }.joined(separator: ", "))]}, "dtype": "\(dtype)", "encoding": "\(encoding)"}}
    """
  }

  static func image(_ height: String, _ width: String) -> String {
    """
    {"pythonClassName": "tensorflow_datasets.core.features.image_feature.Image", "image": {"shape": \
    {"dimensions": ["\(height)", "\(width)", "3"]}, "dtype": "uint8", "encodingFormat": "jpeg"}}
    """
  }

  static let text = #"{"pythonClassName": "tensorflow_datasets.core.features.text_feature.Text", "text": {}}"#

  /// The manifest that fits.
  static let manifest = """
    dataset: small
    action: action
    proprio: state
    language: language_instruction
    views: {primary: image}
    encodings: {action: eef_pos, state: pos_quat}

    """

  private static func dictionary(_ members: [(String, String)]) -> String {
    let inner = members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
    return """
      {"pythonClassName": "tensorflow_datasets.core.features.features_dict.FeaturesDict", \
      "featuresDict": {"features": {\(inner)}}}
      """
  }

  var features: String {
    let steps = """
      {"pythonClassName": "tensorflow_datasets.core.features.dataset_feature.Dataset", "sequence": {"feature": \
      \(Self.dictionary(declarations.map { ($0.name, $0.declaration) })), "length": "-1"}}
      """
    return Self.dictionary([("steps", steps), ("episode_metadata", Self.dictionary([("file_path", Self.text)]))])
  }

  var info: String {
    let lengths = episodesPerShard.map { "\"\($0)\"" }.joined(separator: ", ")
    let named = template.map { ", \"filepathTemplate\": \"\($0)\"" } ?? ""
    return """
      {"name": "small", "version": "1.0.0", "fileFormat": "\(fileFormat)",
       "splits": [{"name": "train", "numBytes": "1", "shardLengths": [\(lengths)]\(named)}]}
      """
  }

  static func action(_ episode: Int, _ step: Int) -> [Float] {
    (0..<7).map { Float(episode) + Float(step) / 64 + Float($0) / 1024 }
  }

  func payload(_ episode: Int) throws -> [UInt8] {
    let jpeg = try readBytes(Repository.fixture("Images/reach_push_0_image_0.jpg"))
    var lists: [String: List] = [
      "steps/action": .floats((0..<stepCount).flatMap { Self.action(episode, $0) }),
      "steps/state": .floats((0..<stepCount).flatMap { Self.action(episode, $0).map { -$0 } + [0.5] }),
      "steps/image": .strings((0..<stepCount).map { _ in jpeg }),
      "steps/language_instruction": .strings((0..<stepCount).map { _ in Array("do thing \(episode)".utf8) }),
      "episode_metadata/file_path": .strings([Array("ep_\(episode)".utf8)]),
    ]
    adjust(episode, &lists)
    var encoder = ExampleEncoder()
    for (name, list) in lists.sorted(by: { $0.key < $1.key }) {
      switch list {
      case .floats(let values): encoder.append(name, floats: values)
      case .strings(let values): encoder.append(name, byteStrings: values)
      }
    }
    return encoder.serialized()
  }

  func shardName(_ index: Int) -> String {
    "small-train.tfrecord-0000\(index)-of-0000\(episodesPerShard.count)"
  }

  /// The dataset in a directory of its own, with its manifest and room for stores.
  func write() throws -> Place {
    let place = Place(directory: try TemporaryDirectory())
    try Directory.create(place.data)
    var episode = 0
    for (index, count) in episodesPerShard.enumerated() {
      let writer = try RecordWriter(place.data + "/" + shardName(index))
      for _ in 0..<count {
        try writer.append(try payload(episode))
        episode += 1
      }
      try writer.commit()
    }
    try AtomicFile.write(Array(info.utf8), to: place.data + "/dataset_info.json")
    try AtomicFile.write(Array(features.utf8), to: place.data + "/features.json")
    try AtomicFile.write(Array(Self.manifest.utf8), to: place.manifest)
    return place
  }

  /// Where a written dataset lies.
  struct Place {
    let directory: TemporaryDirectory
    var data: String { directory("small/1.0.0") }
    var manifest: String { directory("small.yaml") }
    var store: String { directory("store") }

    func ingest(_ options: String...) throws -> Program.Outcome {
      try Program.rlds.run(["ingest", data, "--dataset", manifest, "--out", store, "--workers", "2"] + options)
    }

    /// Replaces the bytes of file `name` by what `change` makes of them.
    func damage(_ name: String, _ change: (inout [UInt8]) throws -> Void) throws {
      var bytes = try readBytes(data + "/" + name)
      try change(&bytes)
      try AtomicFile.write(bytes, to: data + "/" + name)
    }
  }
}

/// Copies the files of `directory` to `target`, so that they have other dates and another place.
func copyFiles(_ directory: String, to target: String) throws {
  try Directory.create(target)
  for name in try Directory.names(directory) {
    try AtomicFile.write(try readBytes(directory + "/" + name), to: target + "/" + name)
  }
}
