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
  targets: [
    .target(name: "ByteIO", swiftSettings: settings),
    .target(
      name: "CImage",
      linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("isal")]),
    .target(name: "ImageCodec", dependencies: ["ByteIO", "CImage"], swiftSettings: settings),
    .target(name: "TestSupport", dependencies: ["ByteIO"], path: "Tests/TestSupport", swiftSettings: testSettings),
    .testTarget(name: "ByteIOTests", dependencies: ["ByteIO", "TestSupport"], swiftSettings: testSettings),
    .testTarget(
      name: "ImageCodecTests", dependencies: ["ByteIO", "ImageCodec", "TestSupport"], swiftSettings: testSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
