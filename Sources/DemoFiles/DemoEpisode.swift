internal import ByteIO
internal import HDF5
internal import JSON
internal import TensorFiles

/// One demonstration: a group of a file, or the whole of it, whose datasets have a row for each step.
struct DemoEpisode: Sendable {
  let file: HDF5File
  /// The path of its group; empty for a file that is one episode.
  let root: String
  /// The group that holds it with others, whose attributes are its too; `nil` where there is none.
  let parent: String?

  /// A dataset or an attribute of the episode.
  struct Column: Sendable {
    /// How values become features.
    enum Form: Equatable, Sendable {
      case number(DType)
      case text
      /// Pixels [T, H, W, C] of uint8.
      case pixels
      /// Image files, padded with zeros to equal lengths, [T, bytes] of uint8.
      case files
    }

    /// The feature: `steps/obs/agentview_image`, `episode_metadata/model_file`.
    let feature: String
    /// The dataset's path, or the object's whose attribute it is.
    let source: String
    let attribute: String?
    /// Of one value: without the steps.
    let shape: [Int]
    let form: Form
    let isPerStep: Bool

    /// The same with pixels as plain numbers.
    var unpacked: Column {
      guard form == .pixels else { return self }
      return Column(
        feature: feature, source: source, attribute: attribute, shape: shape, form: .number(.uint8),
        isPerStep: isPerStep)
    }

    /// A text of the episode that no dataset holds.
    static func said(_ feature: String) -> Column {
      Column(feature: feature, source: "", attribute: nil, shape: [], form: .text, isPerStep: false)
    }

    /// Whether every episode must have it, since policies learn from it.
    ///
    /// Others may be of some episodes only.
    var isNeeded: Bool {
      isPerStep && DemoEpisode.isObservation(String(feature.dropFirst("steps/".count)))
    }

    /// Whether `other` holds values of the same kind.
    func fits(_ other: Column?) -> Bool {
      guard let other else { return false }
      return form == other.form && isPerStep == other.isPerStep && shape.count == other.shape.count
        && (!isPerStep || shape == other.shape || form == .files)
    }

    /// Whether it is a number of the episode that an Example holds as it is; the catalog then has it.
    var isPlain: Bool {
      guard case .number(let dtype) = form, !isPerStep, shape.isEmpty else { return false }
      return [.bool, .int8, .uint8, .int16, .uint16, .int32, .int64, .float32].contains(dtype)
    }
  }

  /// Whether the dataset called `name` has a row for each step by its nature.
  static func isObservation(_ name: String) -> Bool {
    ["obs/", "next_obs/", "observations/"].contains { name.hasPrefix($0) }
      || ["actions", "action", "states", "rewards", "dones", "robot_states"].contains(name)
  }

  /// What a robot was asked to do, where the file or its name says.
  static let instructionName = "episode_metadata/language_instruction"
  /// Which file and group an ingested episode is from; the group is empty where a file is one episode.
  static let fileName = "episode_metadata/hdf5_file"
  static let groupName = "episode_metadata/hdf5_group"
  private static let depthLimit = 16

  /// The number of steps: the rows of `actions`, or `action`.
  ///
  /// - Throws: `DemoError` where there is neither.
  func stepCount() throws -> Int {
    for name in ["actions", "action"] {
      let path = join(root, name)
      if try file.kind(path) == .dataset, let count = try file.declaration(path).shape.first { return count }
    }
    throw DemoError(file.path, root, "it has neither `actions` nor `action`, so its steps cannot be counted")
  }

  /// Its datasets and attributes as features, sorted; what cannot be read is named in `skipped`.
  ///
  /// - Throws: `DemoError` for observations with another number of rows than actions; `HDF5Error`.
  func columns() throws -> (columns: [Column], skipped: [String]) {
    let steps = try stepCount()
    var found: [Column] = []
    var skipped: [String] = []
    try walk(root, "", 0) { path, name in
      let declaration = try file.declaration(path)
      guard let column = try Self.column(declaration, name, path, steps: steps, of: self) else {
        skipped.append(path)
        return
      }
      found.append(column)
    }
    var objects = [root]
    if let parent { objects.append(parent) }
    for object in objects {
      for (name, values) in try file.attributes(object) {
        let feature = "episode_metadata/\(name)"
        guard !found.contains(where: { $0.feature == feature }) else { continue }
        let shape = values.declaration.shape
        switch values.declaration.element {
        case .number(let dtype):
          found.append(
            Column(
              feature: feature, source: object, attribute: name, shape: shape, form: .number(dtype), isPerStep: false))
        case .text:
          found.append(
            Column(feature: feature, source: object, attribute: name, shape: shape, form: .text, isPerStep: false))
        case .other: skipped.append("\(object)@\(name)")
        }
      }
    }
    return (found.sorted { $0.feature.utf8.lexicographicallyPrecedes($1.feature.utf8) }, skipped)
  }

  private func walk(_ path: String, _ name: String, _ depth: Int, _ body: (String, String) throws -> Void) throws {
    guard depth < Self.depthLimit else {
      throw DemoError(file.path, path, "groups lie more than \(Self.depthLimit) deep; it may be linked into itself")
    }
    for entry in try file.entries(path) {
      let inner = join(path, entry.name)
      let feature = name.isEmpty ? entry.name : "\(name)/\(entry.name)"
      switch entry.kind {
      case .dataset: try body(inner, feature)
      case .group: try walk(inner, feature, depth + 1, body)
      case .other: continue
      }
    }
  }

  private static func column(
    _ declaration: HDF5Declaration, _ name: String, _ path: String, steps: Int, of episode: DemoEpisode
  ) throws -> Column? {
    let isPerStep = declaration.shape.first == steps
    guard isPerStep || !isObservation(name) else {
      throw DemoError(
        episode.file.path, path,
        "it has \(declaration.shape.first.map { "\($0) rows" } ?? "no rows"), the actions \(steps); leave the episode out"
      )
    }
    let shape = isPerStep ? Array(declaration.shape.dropFirst()) : declaration.shape
    let form: Column.Form
    switch declaration.element {
    case .text: form = .text
    case .other: return nil
    case .number(let dtype):
      let isPixels = dtype == .uint8 && shape.count == 3 && [1, 3].contains(shape[2]) && shape[0] >= 8 && shape[1] >= 8
      if isPerStep, isPixels {
        form = .pixels
      } else if isPerStep, dtype == .uint8, shape.count == 1, name.contains("image"),
        try episode.holdsFiles(path, steps: steps)
      {
        form = .files
      } else {
        form = .number(dtype)
      }
    }
    return Column(
      feature: (isPerStep ? "steps/" : "episode_metadata/") + name, source: path, attribute: nil, shape: shape,
      form: form, isPerStep: isPerStep)
  }

  /// Whether the rows of `path` begin as JPEG or PNG files do.
  private func holdsFiles(_ path: String, steps: Int) throws -> Bool {
    guard steps > 0, let bytes = try file.values(path).tensor?.bytes, bytes.count >= 4 else { return false }
    let start = bytes[0..<4].array
    return start.starts(with: [0xFF, 0xD8]) || start.starts(with: [0x89, 0x50, 0x4E, 0x47])
  }

  private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

  /// What the robot is asked to do: `language_instruction` of LIBERO's `problem_info`, else what its file's name says.
  func instruction() throws -> String? {
    guard let parent else { return nil }
    let attributes = try file.attributes(parent)
    if let text = attributes.first(where: { $0.name == "problem_info" })?.values.texts?.first,
      let json = try? JSONValue(parsing: text.array, file: file.path),
      let instruction = json["language_instruction"]?.text
    {
      return instruction
    }
    let name = Directory.name(of: file.path)
    guard name.hasSuffix("_demo.hdf5") else { return nil }
    var words = name.dropLast("_demo.hdf5".count).split(separator: "_").map(String.init)
    // LIBERO-100 puts the scene before the task: KITCHEN_SCENE3_turn_on_the_stove.
    if let scene = words.firstIndex(where: { $0.hasPrefix("SCENE") }) { words.removeFirst(scene + 1) }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }
}
