internal import ByteIO
internal import JSON
internal import TensorFiles

/// A model as Hugging Face's hub holds it: `config.json`, weights in safetensors files, and what goes with them.
///
/// Opening checks every header, the index and that the weights are the config's, and reads no weight.
public struct CheckpointFolder: Sendable {
  public static let configName = "config.json"
  public static let indexName = "model.safetensors.index.json"
  public static let singleName = "model.safetensors"
  public static let statisticsName = "dataset_statistics.json"
  public static let preprocessorName = "preprocessor_config.json"
  public static let generationName = "generation_config.json"
  public static let tokenizerName = "tokenizer.model"

  public let path: String
  public let config: PolicyConfig
  /// One per parameter of the config, in its order.
  public let tensors: [StoredTensor]

  /// Opens the folder at `path`.
  ///
  /// - Throws: `FileError`, `JSONError`, `TensorFileError`, `CheckpointError`: all names that are missing, unknown or of
  ///   another shape are reported together.
  public init(_ path: String) throws {
    self.path = path
    guard Directory.entry(path) == .directory else {
      throw CheckpointError(.inputMissing, place: path, "there is no such folder; give one with \(Self.configName)")
    }
    config = try PolicyConfig(file: "\(path)/\(Self.configName)")
    tensors = try Self.match(config.parameters, try Self.stored(path), path)
  }

  /// The statistics to un-normalise actions with: `dataset_statistics.json` where it is there, else the config's.
  public var actionStatistics: ActionStatistics {
    get throws {
      let file = "\(path)/\(Self.statisticsName)"
      if Directory.entry(file) == .file { return try ActionStatistics(JSONNode(file: file)) }
      return try ActionStatistics(
        JSONNode(config.normStats, file: "\(path)/\(Self.configName)", path: "norm_stats"))
    }
  }

  /// The path of the file `name` in the folder, or `nil` where it is not there.
  public func file(_ name: String) -> String? {
    let file = "\(path)/\(name)"
    return Directory.entry(file) == .file ? file : nil
  }

  /// Every tensor of the folder's weight files by its stored name.
  private static func stored(_ path: String) throws -> [String: SafetensorsFile] {
    let single = "\(path)/\(singleName)"
    let indexPath = "\(path)/\(indexName)"
    // A single file goes before an index, as in transformers.
    if Directory.entry(single) == .file {
      let file = try SafetensorsFile(single)
      return Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, file) })
    }
    guard Directory.entry(indexPath) == .file else {
      throw CheckpointError(
        .inputMissing, place: path, "it has neither \(singleName) nor \(indexName); weights must be safetensors")
    }
    let map = try JSONNode(file: indexPath).member("weight_map")
    var files: [String: SafetensorsFile] = [:]
    var stored: [String: SafetensorsFile] = [:]
    for (name, node) in try map.members() {
      let fileName = try node.string()
      let file: SafetensorsFile
      if let known = files[fileName] {
        file = known
      } else {
        guard !fileName.isEmpty, !fileName.contains("/"), fileName != ".." else {
          throw CheckpointError(place: "\(indexPath): \(node.path)", "`\(fileName)` is no file of this folder")
        }
        guard Directory.entry("\(path)/\(fileName)") == .file else {
          throw CheckpointError(
            .inputMissing, place: "\(path)/\(fileName)", "the weight file is missing, though \(indexName) names it")
        }
        file = try SafetensorsFile("\(path)/\(fileName)")
        files[fileName] = file
      }
      guard file.declaration(name) != nil else {
        throw CheckpointError(
          place: "\(path)/\(fileName)", "it has no tensor `\(name)`, though \(indexName) says so; copy the file again")
      }
      stored[name] = file
    }
    for (fileName, file) in files.sorted(by: { $0.key < $1.key }) {
      if let extra = file.tensors.first(where: { stored[$0.name] !== file }) {
        throw CheckpointError(
          place: "\(path)/\(fileName)",
          "its tensor `\(extra.name)` is not in \(indexName); the files do not belong together")
      }
    }
    return stored
  }

  /// How many names of each kind an error lists.
  private static let listedNames = 3

  /// Finds each of `parameters` among what is `stored`.
  private static func match(
    _ parameters: [ParameterShape], _ stored: [String: SafetensorsFile], _ path: String
  ) throws -> [StoredTensor] {
    var left = stored
    var tensors: [StoredTensor] = []
    var missing: [String] = []
    var misshapen: [String] = []
    for parameter in parameters {
      guard let name = spellings(parameter.name).first(where: { left[$0] != nil }), let file = left[name],
        let declaration = file.declaration(name)
      else {
        missing.append(parameter.name)
        continue
      }
      left[name] = nil
      if declaration.shape != parameter.shape {
        misshapen.append("`\(name)` is \(declaration.shape), not \(parameter.shape)")
      } else if !declaration.dtype.isFloatingPoint {
        misshapen.append("`\(name)` is \(declaration.dtype.rawValue), no floating type")
      }
      tensors.append(
        StoredTensor(
          name: parameter.name, dtype: declaration.dtype, shape: declaration.shape, file: file, storedName: name))
    }
    let unknown = left.keys.filter { !$0.hasSuffix("rotary_emb.inv_freq") }.sorted()
    var problems: [String] = []
    func list(_ what: String, _ names: [String]) {
      guard !names.isEmpty else { return }
      let more = names.count > listedNames ? ", …" : ""
      problems.append("\(names.count) \(what): \(names.prefix(listedNames).joined(separator: ", "))\(more)")
    }
    list("missing", missing.map { "`\($0)`" })
    list("unknown", unknown.map { "`\($0)`" })
    list("of another shape or type", misshapen)
    guard problems.isEmpty else {
      throw CheckpointError(
        place: path, "the weights are not those of \(configName): " + problems.joined(separator: "; "))
    }
    return tensors
  }

  /// The names that a parameter may be stored under: LayerScale is `gamma` in timm and in native checkpoints.
  private static func spellings(_ name: String) -> [String] {
    guard name.hasSuffix(".scale_factor") else { return [name] }
    return [name, name.dropLast("scale_factor".count) + "gamma"]
  }
}
