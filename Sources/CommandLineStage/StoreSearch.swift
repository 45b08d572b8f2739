/// Where episode stores lie that are named rather than given as directories.
public enum StoreSearch {
  /// The directories in which stores are looked for by name: those `given`, then `$ARMATURE_STORES`.
  public static func directories(_ given: [String]) -> [String] {
    given + [ProcessEnvironment.variable("ARMATURE_STORES")].compactMap(\.self)
  }
}
