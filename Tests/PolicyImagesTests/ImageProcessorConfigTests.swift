import ByteIO
import ImageCodec
import JSON
import PolicyImages
import TestSupport
import Testing

private let fixture = "PolicyImages/preprocessor_config.json"

private func parsed(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8), file: "p.json") }

private func config(_ text: String) throws -> ImageProcessorConfig {
  try ImageProcessorConfig(JSONNode(parsed(text), file: "p.json"))
}

/// A processor's JSON with these members in the place of usual ones, or without those that are empty.
private func text(_ changes: [String: String] = [:]) -> String {
  var members = [
    "image_processor_type": #""PrismaticImageProcessor""#, "image_resize_strategy": #""resize-naive""#,
    "use_fused_vision_backbone": "false", "input_sizes": "[[3, 8, 8]]", "interpolations": #"["bicubic"]"#,
    "means": "[[0.5, 0.5, 0.5]]", "stds": "[[0.5, 0.5, 0.5]]",
  ]
  members.merge(changes) { $1 }
  return "{" + members.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ",")
    + "}"
}

@Test func `the file is written back byte by byte`() throws {
  let path = Repository.fixture(fixture)
  let config = try ImageProcessorConfig(file: path)
  let written = Array((config.json.serialized(.indented) + "\n").utf8)
  #expect(written == (try readBytes(path)))
  #expect(config.size == ImageSize(height: 56, width: 56))
  #expect(config.strategy == .naive && config.letterboxFill == nil)
}

@Test func `the steps win over the wishes that they follow from`() throws {
  let config = try ImageProcessorConfig(file: Repository.fixture(fixture))
  #expect(config.backbones[0].mean == [0.485, 0.456, 0.406])
  #expect(config.steps[0].mean == [0.484375, 0.455078125, 0.40625])
  #expect(config.steps[0].std == [0.228515625, 0.2236328125, 0.224609375])
}

@Test func `a processor for a new model reads back as it was`() throws {
  let size = ImageSize(height: 28, width: 28)
  for strategy in ResizeStrategy.allCases {
    let made = try ImageProcessorConfig(
      backbones: [
        .init(size: size, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
        .init(size: size, interpolation: .lanczos, mean: [0.5, 0.25, 1], std: [0.5, 0.5, 0.5]),
      ], strategy: strategy)
    let read = try ImageProcessorConfig(JSONNode(parsed(made.json.serialized()), file: "p.json"))
    #expect(read == made)
    #expect(read.steps[0].resize == (strategy == .naive ? .exact(size) : .shorterSide(28)))
    #expect(read.letterboxFill == (strategy == .letterbox ? [127, 63, 255] : nil))
  }
}

@Test func `without steps they follow from the wishes`() throws {
  let config = try config(
    text(["image_resize_strategy": #""letterbox""#, "auto_map": #"{"A": "b"}"#, "tvf_crop_params": "null"]))
  #expect(config.steps.count == 1)
  #expect(config.steps[0].resize == .shorterSide(8))
  #expect(config.steps[0].crop == ImageSize(height: 8, width: 8))
  #expect(config.steps[0].interpolation == .bicubic)
  #expect(config.letterboxFill == [127, 127, 127])
  #expect(config.json["auto_map"] == ["A": "b"])
}

@Test func `the forms of sizes are those of torchvision`() throws {
  let resize = #"[{"size": [9], "interpolation": 1, "antialias": true, "max_size": null}]"#
  let short = try config(text(["tvf_resize_params": resize, "tvf_crop_params": #"[{"output_size": 5}]"#]))
  #expect(short.steps[0].resize == .shorterSide(9) && short.steps[0].interpolation == .lanczos)
  #expect(short.size == ImageSize(height: 5, width: 5))
  let pair = try config(
    text([
      "tvf_resize_params": #"[{"size": [9, 7], "interpolation": 2}]"#,
      "tvf_crop_params": #"[{"output_size": [9, 6]}]"#,
    ]))
  #expect(pair.steps[0].resize == .exact(ImageSize(height: 9, width: 7)))
  #expect(pair.size == ImageSize(height: 9, width: 6))
}

@Test(arguments: [
  (["image_processor_type": ""], "`image_processor_type` is missing"),
  (["image_processor_type": #""CLIP""#], "image_processor_type: `PrismaticImageProcessor` expected"),
  (
    ["image_resize_strategy": #""stretch""#],
    "image_resize_strategy: one of `resize-naive`, `resize-crop`, `letterbox` expected"
  ),
  (["use_fused_vision_backbone": "true"], "use_fused_vision_backbone: false, as there are 1 input sizes, expected"),
  (["input_sizes": "[]"], "input_sizes: a list of 1 to 8 expected"),
  (["input_sizes": "[[3, 8]]"], "input_sizes[0]: a list of 3, not of 2, expected"),
  (["input_sizes": "[[1, 8, 8]]"], "input_sizes[0][0]: 3 channels expected"),
  (["input_sizes": "[[3, 8, 9]]"], "input_sizes[0]: a square expected"),
  (["input_sizes": "[[3, 0, 0]]"], "input_sizes[0][1]: a side in 1…4096 expected"),
  (["input_sizes": "[[3, 8.5, 8]]"], "input_sizes[0][1]: an integer expected"),
  (["interpolations": #"["bicubic", "bicubic"]"#], "interpolations: a list of 1, not of 2, expected"),
  (
    ["interpolations": #"["cubic"]"#],
    "interpolations[0]: an interpolation (bicubic, bilinear, lanczos, box, hamming), not \"cubic\", expected"
  ),
  (
    ["interpolations": #"["nearest"]"#],
    "interpolations[0]: another interpolation than nearest, which is not supported, expected"
  ),
  (["means": "[[0.5, 0.5]]"], "means[0]: a list of 3, not of 2, expected"),
  (["means": "[[0.5, 0.5, 1.5]]"], "means[0]: means in 0…1, not [0.5, 0.5, 1.5], expected"),
  (["means": #"[[0.5, "a", 1]]"#], "means[0][1]: a number expected"),
  (["stds": "[[0.5, 0, 0.5]]"], "stds[0]: positive deviations, not [0.5, 0.0, 0.5], expected"),
  (["stds": "[[0.5, 1e-60, 0.5]]"], "stds[0]: positive deviations, not [0.5, 1e-60, 0.5], expected"),
  (
    ["tvf_resize_params": #"[{"size": 8, "interpolation": 0}]"#],
    "tvf_resize_params[0].interpolation: another interpolation than nearest, which is not supported, expected"
  ),
  (
    ["tvf_resize_params": #"[{"size": 8, "interpolation": 6}]"#],
    "tvf_resize_params[0].interpolation: an interpolation (1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming), "
      + "not 6, expected"
  ),
  (
    ["tvf_resize_params": #"[{"size": [8, 8, 8], "interpolation": 3}]"#],
    "tvf_resize_params[0].size: a height and a width expected"
  ),
  (
    ["tvf_resize_params": #"[{"size": 8, "interpolation": 3, "max_size": 9}]"#],
    "tvf_resize_params[0].max_size: null expected"
  ),
  (["tvf_resize_params": "[]"], "tvf_resize_params: a list of 1, not of 0, expected"),
  (
    ["tvf_crop_params": #"[{"output_size": [9, 8]}]"#],
    "tvf_crop_params[0]: a crop no larger than what it is cut from expected"
  ),
  (["tvf_crop_params": "[{}]"], "tvf_crop_params[0]: `output_size` is missing"),
  (
    ["tvf_normalize_params": #"[{"mean": [0, 0, 0], "std": [0, 1, 1]}]"#],
    "tvf_normalize_params[0].std: positive deviations, not [0.0, 1.0, 1.0], expected"
  ),
  (["tvf_do_letterbox": "true"], "`tvf_letterbox_fill` is missing"),
  (["tvf_do_letterbox": "1"], "tvf_do_letterbox: true or false expected"),
  (
    ["tvf_do_letterbox": "true", "tvf_letterbox_fill": "[0, 256, 0]"],
    "tvf_letterbox_fill[1]: a level in 0…255 expected"
  ),
])
func `a processor that cannot be is refused with its place`(_ changes: [String: String], _ problem: String) throws {
  do {
    _ = try config(text(changes))
    Issue.record("read")
  } catch let error as JSONError {
    #expect(error.description == "p.json: " + problem)
  }
}

@Test func `backbones of two sizes are refused`() throws {
  let two = [
    "use_fused_vision_backbone": "true", "input_sizes": "[[3, 8, 8], [3, 9, 9]]",
    "interpolations": #"["bicubic", "box"]"#, "means": "[[0, 0, 0], [0, 0, 0]]", "stds": "[[1, 1, 1], [1, 1, 1]]",
  ]
  #expect(throws: JSONError(.notA("the same output size for all backbones"), file: "p.json", place: "")) {
    try config(text(two))
  }
}

@Test func `a cut file is named`() throws {
  let directory = try TemporaryDirectory()
  let path = try directory.write(Array(#"{"image_processor_type": "#.utf8), to: "preprocessor_config.json")
  #expect(throws: JSONError.self) { try ImageProcessorConfig(file: path) }
  #expect(throws: FileError.self) { try ImageProcessorConfig(file: directory("none.json")) }
}

@Test(arguments: [
  (ImageSize(height: 8, width: 9), Interpolation.bicubic, [0.5, 0.5, 0.5], [1.0, 1, 1], "a square"),
  (ImageSize(height: 0, width: 0), .bicubic, [0.5, 0.5, 0.5], [1, 1, 1], "a square"),
  (ImageSize(height: 8, width: 8), .nearest, [0.5, 0.5, 0.5], [1, 1, 1], "nearest"),
  (ImageSize(height: 8, width: 8), .bicubic, [0.5, .nan, 0.5], [1, 1, 1], "means"),
  (ImageSize(height: 8, width: 8), .bicubic, [0.5, 0.5], [1, 1, 1], "means"),
  (ImageSize(height: 8, width: 8), .bicubic, [0.5, 0.5, 0.5], [1, 0, 1], "deviations"),
  (ImageSize(height: 8, width: 8), .bicubic, [0.5, 0.5, 0.5], [1, .infinity, 1], "deviations"),
])
func `backbones that cannot be are refused`(
  _ size: ImageSize, _ interpolation: Interpolation, _ mean: [Double], _ std: [Double], _ word: String
) throws {
  do throws(PolicyImageError) {
    _ = try ImageProcessorConfig(
      backbones: [.init(size: size, interpolation: interpolation, mean: mean, std: std)], strategy: .letterbox)
    Issue.record("made")
  } catch {
    #expect(error.description.contains(word) && error.kind == .usage && error.place == "backbones[0]")
  }
  #expect(throws: PolicyImageError(.usage, place: "backbones", "1 to 8 expected, 0 found")) {
    try ImageProcessorConfig(backbones: [], strategy: .naive)
  }
}
