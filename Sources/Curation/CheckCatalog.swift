/// All checks in one table, from which `explain`, the page of checks and the columns of the catalog come.
public enum CheckCatalog {
  /// In the order in which findings are reported.
  public static let all: [Check] =
    integrity + duplicates + language + lengths + motion + gripper + states + population + scores + images

  /// The check called `id`.
  public static func check(_ id: String) -> Check? { byID[id] }

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}
