// swift-tools-version: 6.2

import PackageDescription

/// The settings of the main package.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "dpo-frontier",
  dependencies: [.package(name: "armature", path: "../..")],
  targets: [
    .target(
      name: "Frontier", dependencies: [.product(name: "Preferences", package: "armature")], swiftSettings: settings),
    .executableTarget(name: "dpo-frontier", dependencies: ["Frontier"], swiftSettings: settings),
    .testTarget(
      name: "FrontierTests", dependencies: ["Frontier", .product(name: "Preferences", package: "armature")],
      swiftSettings: [.treatAllWarnings(as: .error)]),
  ],
  swiftLanguageModes: [.v6])
