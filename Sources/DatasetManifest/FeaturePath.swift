/// The name of a feature in an RLDS episode: its keys joined by `/`, from the episode's root.
///
/// `steps/observation/state` is a feature of every step, `episode_metadata/file_path` one of the episode.
public struct FeaturePath: Sendable, Hashable, CustomStringConvertible {
  /// The keys joined by `/`.
  public let name: String

  /// Names a feature from the episode's root.
  public init(name: String) { self.name = name }

  /// Reads the form that manifests use: relative to `steps`, but from the root when it starts with
  /// `episode_metadata/` or `/`.
  public init(manifestForm text: String) {
    if text.hasPrefix("/") {
      name = String(text.dropFirst())
    } else {
      name = text.hasPrefix("episode_metadata/") ? text : "steps/" + text
    }
  }

  /// Whether the feature has a value for every step.
  public var isPerStep: Bool { name.hasPrefix("steps/") }

  public var description: String { name }

  /// The form that manifests use.
  var manifestForm: String {
    if isPerStep { return String(name.dropFirst("steps/".count)) }
    return name.hasPrefix("episode_metadata/") ? name : "/" + name
  }
}
