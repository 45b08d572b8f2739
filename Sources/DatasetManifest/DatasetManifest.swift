public import Actions
public import ManifestSyntax

/// How one dataset is standardised, as data: which features make up the action, the state, the instruction and
/// the views, and how they are computed.
///
/// Written in YAML; `docs/manifests.md` describes the language. Reading a manifest finds every mistake that can be
/// seen without data; `check(against:)` those that a dataset's schema shows.
public struct DatasetManifest: Sendable {
  /// The dataset's name: the key of its statistics.
  public let name: String
  /// The file name that errors give.
  public let file: String
  /// The manifest's bytes, for digests and for keeping a copy.
  public let source: [UInt8]
  /// Notes for people.
  public let about: DatasetDescription
  /// Image features by view, such as `primary`.
  public var views: [String: FeaturePath] { viewPaths.mapValues(\.path) }
  /// Depth features by view.
  public var depth: [String: FeaturePath] { depthPaths.mapValues(\.path) }
  /// What the action's columns mean.
  public let actionEncoding: ActionEncoding?
  /// What the state's columns mean.
  public let stateEncoding: StateEncoding?
  /// Which columns of the action are normalised and which are absolute.
  public let masks: ActionMasks
  /// Which steps mixtures leave out by their normalised action; standardisation and statistics keep them.
  public let frameFilter: NullActionFilter?
  /// Why the reference refuses the dataset, or nil.
  public let unsupported: String?

  let dropFirst: Int
  let dropLast: Int
  let action: [ManifestPart]
  let proprio: [ManifestPart]
  /// Places to look for an instruction; the first that is not empty wins, step by step.
  let language: [ManifestPart]
  let viewPaths: [String: PlacedPath]
  let depthPaths: [String: PlacedPath]
  let reward: PlacedPath?
  let discount: PlacedPath?
  let success: PlacedPath?
  let masksPlace: ManifestPlace
  let filters: [ManifestFilter]
  /// The shapes that features had when the manifest was written.
  let shapes: [ExpectedShape]

  /// Reads the manifest at `path`, which may have at most 1 MiB.
  public init(path: String) throws(ManifestError) {
    try self.init(text: ManifestText(path: path))
  }

  /// Reads a manifest from its bytes; `file` is the name that errors give.
  public init(bytes: [UInt8], file: String) throws(ManifestError) {
    try self.init(text: ManifestText(bytes: bytes, file: file))
  }

  private init(text: ManifestText) throws(ManifestError) {
    let root = try text.root().mapping(allowing: Self.keys)
    file = text.file
    source = text.bytes
    let nameNode = try root.required("dataset", "it names the dataset, as in `dataset: bridge_orig`")
    name = try nameNode.string()
    let isPlainName = name.utf8.allSatisfy { byte in
      byte < 128
        && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
          || "_-.".utf8.contains(byte))
    }
    guard isPlainName else {
      throw nameNode.error("a dataset's name has letters, digits, `_`, `-` and `.` only")
    }
    about =
      try root["about"].map { node throws(ManifestError) in try DatasetDescription(node) }
      ?? DatasetDescription()
    let drop = try root["drop"]?.mapping(allowing: ["first", "last"])
    dropFirst = try drop?["first"]?.integer(in: 0...1_000_000) ?? 0
    dropLast = try drop?["last"]?.integer(in: 0...1_000_000) ?? 0
    action = try Self.parts(root.required("action", "it lists the parts of the action"))
    proprio = try Self.optionalParts(root["proprio"])
    language = try Self.optionalParts(root["language"])
    viewPaths = try Self.paths(root.required("views", "it maps views to images; `views: {}` for none"))
    depthPaths = try root["depth"].map { node throws(ManifestError) in try Self.paths(node) } ?? [:]
    reward = try root["reward"]?.path()
    discount = try root["discount"]?.path()
    success = try root["success"]?.path()
    let encodings = try root["encodings"]?.mapping(allowing: ["action", "state"])
    actionEncoding = try encodings?["action"]?.choice(of: ActionEncoding.self)
    stateEncoding = try encodings?["state"]?.choice(of: StateEncoding.self)
    (masks, masksPlace) = try Self.masks(root, encoding: actionEncoding)
    filters = try Self.filters(root["filters"])
    shapes = try ExpectedShape.all(root["shapes"])
    frameFilter = try Self.frameFilter(root["frame_filter"], width: masks.normalize.count)
    unsupported = try root["unsupported"]?.string()
    for part in action + proprio where part.expression.rowsLost > dropLast {
      throw ManifestError(
        place: part.place,
        "difference has no value for the last \(part.expression.rowsLost) steps; set drop.last to at least that"
      )
    }
    for part in language { _ = try LanguageSource(part) }
  }
}

/// What people should know of a dataset.
public struct DatasetDescription: Sendable, Equatable {
  /// What it holds, in a sentence.
  public var description: String?
  /// Where it is described.
  public var homepage: String?
  /// How to cite it.
  public var citation: String?
  /// Its licence.
  public var licence: String?
  /// How many steps a second has.
  public var controlHz: Double?
  /// The published number of episodes.
  public var trajectories: Int?
  /// The published number of steps.
  public var transitions: Int?
  /// Where the two numbers are from.
  public var countsSource: String?

  /// Says nothing.
  public init() {}

  init(_ node: ManifestNode) throws(ManifestError) {
    let keys = try node.mapping(allowing: [
      "description", "homepage", "citation", "licence", "control_hz", "trajectories", "transitions",
      "counts_source",
    ])
    description = try keys["description"]?.string()
    homepage = try keys["homepage"]?.string()
    citation = try keys["citation"]?.string()
    licence = try keys["licence"]?.string()
    controlHz = try keys["control_hz"]?.number()
    trajectories = try keys["trajectories"]?.integer(in: 0...Int.max)
    transitions = try keys["transitions"]?.integer(in: 0...Int.max)
    countsSource = try keys["counts_source"]?.string()
  }
}
