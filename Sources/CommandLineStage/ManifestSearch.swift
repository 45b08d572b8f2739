internal import ByteIO

/// Where manifests lie that are named rather than given as files.
public enum ManifestSearch {
  /// The directories called `kind`, such as `datasets`, of every place where manifests may be; the first counts.
  ///
  /// The places are `$ARMATURE_MANIFESTS`, `manifests` here, `share/armature/manifests` of the prefix that the program
  /// was installed to, and `manifests` in up to four directories above it, as in a checkout.
  public static func directories(of kind: String) -> [String] { places.map { $0 + "/" + kind } }

  /// Returns the file of the manifest `name` of this kind.
  public static func file(_ name: String, of kind: String) -> String? {
    directories(of: kind).map { $0 + "/" + name + ".yaml" }.first { Directory.entry($0) == .file }
  }

  /// Whether `argument` is a file rather than a name.
  public static func isFile(_ argument: String) -> Bool {
    argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml")
  }

  private static var places: [String] {
    var places: [String] = []
    if let named = ProcessEnvironment.variable("ARMATURE_MANIFESTS") { places.append(named) }
    places.append("manifests")
    guard var parent = ProcessEnvironment.executableDirectory else { return places }
    places.append(Directory.parent(of: parent) + "/share/armature/manifests")
    for _ in 0..<4 {  // `.build/<triple>/release` in a checkout.
      parent = Directory.parent(of: parent)
      if Directory.entry(parent + "/manifests/datasets") == .directory { places.append(parent + "/manifests") }
    }
    return places
  }
}
