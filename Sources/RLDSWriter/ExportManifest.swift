internal import EpisodeStore

/// The dataset manifest beside an export, by which it is ingested again unchanged.
enum ExportManifest {
  static let fileName = "armature.yaml"

  /// Returns the manifest of `dataset` with the features of `steps`.
  static func text(
    _ dataset: String, _ index: StoreIndex, _ steps: StepFeatures, hasSuccess: Bool
  ) -> String {
    var lines = ["dataset: \(quoted(dataset))", "action: action"]
    if steps.proprioDimension > 0 { lines.append("proprio: observation/state") }
    lines.append("language: language_instruction")
    for (key, prefix) in [("views", "image."), ("depth", "depth.")] {
      let pictures = steps.pictures.filter { $0.tensor.hasPrefix(prefix) }
      if pictures.isEmpty {
        if key == "views" { lines.append("views: {}") }
        continue
      }
      lines.append("\(key):")
      for picture in pictures {
        lines.append("  \(picture.tensor.dropFirst(prefix.count)): \(picture.path.dropFirst("steps/".count))")
      }
    }
    if hasSuccess { lines.append("success: episode_metadata/success") }
    var encodings: [String] = []
    if let action = index.actionEncoding { encodings.append("action: \(action)") }
    if let state = index.stateEncoding { encodings.append("state: \(state)") }
    if !encodings.isEmpty { lines.append("encodings: {\(encodings.joined(separator: ", "))}") }
    if !index.normalizationMask.isEmpty, !index.absoluteMask.isEmpty {
      func list(_ mask: [Bool]) -> String { "[" + mask.map { "\($0)" }.joined(separator: ", ") + "]" }
      lines.append("masks: {normalize: \(list(index.normalizationMask)), absolute: \(list(index.absoluteMask))}")
    }
    // What acts after standardisation stays in force; `drop` and `filters` have done their work.
    for key in ["about", "frame_filter", "unsupported"] { lines += block(key, of: index.manifestText) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// The lines of the top-level entry `key` of a YAML text.
  private static func block(_ key: String, of text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix(key + ":") }) else { return [] }
    let rest = lines[(start + 1)...].prefix { $0.isEmpty || $0.first == " " || $0.first == "\t" }
    return ([lines[start]] + rest).filter { !$0.isEmpty }.map(String.init)
  }
}
