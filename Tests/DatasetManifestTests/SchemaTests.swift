import DatasetManifest
import ManifestSyntax
import TestSupport
import Testing

@Suite struct SchemaTests {
  private func numbers(_ kind: NumberKind, _ shape: [Int?] = []) -> FeatureDeclaration.Form {
    .numbers(kind, shape: shape)
  }

  private var schema: [String: FeatureDeclaration.Form] {
    [
      "steps/action": numbers(.float32, [7]), "steps/observation/state": numbers(.float32, [8]),
      "steps/language_instruction": .strings, "steps/observation/image": .image,
      "steps/observation/wrist_image": .image, "episode_metadata/success": numbers(.bool),
      "steps/reward": numbers(.float32), "steps/words": .other("a ragged list"),
      "steps/open": numbers(.float32, [nil]),
    ]
  }

  private func check(
    _ manifest: DatasetManifest, _ change: (inout [String: FeatureDeclaration.Form]) -> Void = { _ in }
  ) throws -> StandardizedWidths {
    var forms = schema
    change(&forms)
    return try manifest.check(against: forms.map { FeatureDeclaration(name: $0.key, form: $0.value) })
  }

  private func reachPush() throws -> DatasetManifest {
    try DatasetManifest(path: Repository.root + "/manifests/datasets/metaworld_reach_push.yaml")
  }

  @Test func `the schema gives the widths of action and state`() throws {
    #expect(try check(reachPush()) == StandardizedWidths(action: 7, proprio: 8))
    let open = try DatasetManifest(action: "[action, open]", width: 9)
    #expect(try check(open) == StandardizedWidths(action: nil, proprio: 0))
  }

  @Test func `the features that are needed are listed`() throws {
    let manifest = try reachPush()
    #expect(
      manifest.requiredFeatures.map(\.name) == [
        "episode_metadata/success", "steps/action", "steps/language_instruction", "steps/observation/state",
      ])
    #expect(manifest.optionalFeatures.map(\.name) == ["steps/discount", "steps/reward"])
    #expect(
      manifest.views.mapValues(\.name) == [
        "primary": "steps/observation/image", "wrist": "steps/observation/wrist_image",
      ])
  }

  @Test func `each missing feature is reported with the manifest's line`() throws {
    let manifest = try reachPush()
    for feature in manifest.requiredFeatures + manifest.views.values {
      let error = #expect(throws: ManifestError.self) { try check(manifest) { $0[feature.name] = nil } }
      #expect(error?.line != nil && error?.problem.contains("no feature") == true, "\(feature)")
    }
  }

  @Test func `features of the wrong shape or type are reported`() throws {
    let manifest = try reachPush()
    for (name, form, words) in [
      ("steps/action", numbers(.float32, [5]), "there are 5 columns"),
      ("steps/action", numbers(.float32, [8]), "the masks have 7 columns, but the action has 8"),
      ("steps/action", numbers(.integer, [7]), "wrap them in float"),
      ("steps/action", .strings, "byte strings"),
      ("steps/action", .image, "is an image"), ("steps/action", .other("a ragged list"), "is a ragged list"),
      ("steps/language_instruction", numbers(.integer, [512]), "code_points"),
      ("steps/observation/image", numbers(.float32, [3]), "is not an image"),
      ("episode_metadata/success", numbers(.bool, [2]), "not one number per step"),
    ] as [(String, FeatureDeclaration.Form, String)] {
      let error = #expect(throws: ManifestError.self) { try check(manifest) { $0[name] = form } }
      #expect(error?.problem.contains(words) == true, "\(name): \(error?.description ?? "")")
      #expect(error?.line != nil)
    }
  }
}
