// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target: memory safety spelled out, warnings are errors, imports are explicit.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests: as above without `unsafe` markers, which would only blur them.
let testSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "armature",
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2")
  ],
  targets: [
    .target(name: "ByteIO", swiftSettings: settings),
    .target(name: "Actions", dependencies: ["ByteIO"], swiftSettings: settings),
    .target(
      name: "DatasetManifest", dependencies: ["ByteIO", .product(name: "Yams", package: "Yams")],
      swiftSettings: settings),
    .target(name: "TestSupport", dependencies: ["ByteIO"], path: "Tests/TestSupport", swiftSettings: testSettings),
    .testTarget(name: "ByteIOTests", dependencies: ["ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "ActionsTests", dependencies: ["Actions", "ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "DatasetManifestTests", dependencies: ["DatasetManifest", "ByteIO", "TestSupport"],
      swiftSettings: testSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
