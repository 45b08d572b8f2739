import ByteIO
import JSON
import RLDS
import TestSupport
import Testing

@Suite struct HostileMetadataTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: ["features.json", "dataset_info.json"])
  func `every truncation is refused with one line`(_ name: String) throws {
    let path = try SyntheticDataset().write(to: directory.path)
    let text = try JSONValue(parsing: readBytes(path + "/" + name), file: name).serialized()
    let whole = Array(text.utf8)
    for count in 0..<whole.count {
      try directory.write(Array(whole[..<count]), to: "synthetic/1.0.0/" + name)
      let error = #expect(throws: JSONError.self, "\(count)") { try DatasetDirectory(path) }
      #expect(error?.kind == .badData)
      #expect(error?.description.hasPrefix("\(path)/\(name): byte ") == true)
      #expect(error?.description.contains("\n") == false)
    }
    try directory.write(whole, to: "synthetic/1.0.0/" + name)
    #expect(throws: Never.self) { try DatasetDirectory(path) }
  }

  @Test func `10,000 levels are refused without exhausting the stack`() throws {
    let level = #"{"pythonClassName":"Sequence","sequence":{"feature":"#
    let error = try refusal(String(repeating: level, count: 10_000) + "{}" + String(repeating: "}}", count: 10_000))
    #expect(error?.reason == .tooDeep(limit: JSONValue.depthLimit))
  }

  @Test func `an unknown feature class is named`() throws {
    let error = try refusal(
      #"{"pythonClassName": "FeaturesDict", "featuresDict": {"features": {"x": {"pythonClassName": "lab.Hologram","#
        + #" "tensor": {"dtype": "int8"}}}}}"#)
    #expect(error?.description.contains("`Hologram`") == true)
    #expect(error?.place == "featuresDict.features.x.tensor")
  }

  static let brokenDeclarations = [
    "[]", "{}", #"{"pythonClassName": 3}"#, #"{"pythonClassName": "Tensor"}"#,
    #"{"pythonClassName": "Tensor", "tensor": {}}"#,
    #"{"pythonClassName": "Tensor", "tensor": {"dtype": "complex64"}}"#,
    #"{"pythonClassName": "Tensor", "tensor": {"dtype": "int8", "shape": {"dimensions": ["-2"]}}}"#,
    #"{"pythonClassName": "Tensor", "tensor": {"dtype": "int8", "shape": {"dimensions": ["x"]}}}"#,
    #"{"pythonClassName": "Tensor", "tensor": {"dtype": "int8", "shape": {"dimensions": "3"}}}"#,
    #"{"pythonClassName": "Tensor", "tensor": {"dtype": "int8", "encoding": "lzma"}}"#,
    #"{"pythonClassName": "Sequence", "sequence": {}}"#,
    #"{"pythonClassName": "Image", "image": {"shape": {"dimensions": ["4", "4"]}}}"#,
    #"{"pythonClassName": "Image", "image": {"dtype": "int64"}}"#,
    #"{"pythonClassName": "Video", "video": {"shape": {"dimensions": ["4", "4", "3"]}}}"#,
    #"{"pythonClassName": "ClassLabel", "classLabel": {"numClasses": "-1"}}"#,
    #"{"type": "Tensor", "content": "{"}"#, #"{"type": "Tensor", "content": 3}"#,
  ]

  @Test(arguments: brokenDeclarations) func `a broken declaration is refused with one line`(_ text: String) throws {
    let error = try refusal(text)
    #expect(error?.kind == .badData)
    #expect(error?.file == directory("features.json"))
    #expect(error?.description.contains("\n") == false)
  }

  /// Returns the error that opening a dataset with `features` as its features.json throws.
  private func refusal(_ features: String) throws -> JSONError? {
    try directory.write(Array(#"{"name": "set"}"#.utf8), to: "dataset_info.json")
    try directory.write(Array(features.utf8), to: "features.json")
    return #expect(throws: JSONError.self) { try DatasetDirectory(directory.path) }
  }
}
