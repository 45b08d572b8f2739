import ByteIO
import JSON
import TestSupport
import Testing

/// What the mixture stage says of itself, and where it says it.
@Suite struct MixtureVerbTests {
  @Test(arguments: [
    ("plan", ["--stores", "--simulate", "--at", "<manifest>"]),
    (
      "build",
      ["--stores", "--out", "--locked", "--virtual", "--rank", "--world", "--check-stores", "--workers", "<manifest>"]
    ),
    ("verify", ["<dir>"]), ("describe", ["<dir>"]), ("explain", ["<dir>", "<position>", "--stores"]),
    ("bench", ["<dir>", "--size", "--batch", "--samples", "--augment", "--workers"]),
  ])
  func `the help of each verb names its options, through the front door too`(verb: String, words: [String]) throws {
    let help = try Program.mixture.run(verb, "--help")
    expectDone(help)
    // Looked up as the list of options has them: at the start of a line.
    let lines = help.output.split(separator: "\n").map { $0.drop { $0 == " " } }
    for word in words + ["--json", "--quiet", "--version"] {
      #expect(lines.contains { $0 == word || $0.hasPrefix(word + " ") }, "\(verb): \(word)")
    }
    let through = try Program.frontDoor.run("mixture", verb, "--help")
    expectDone(through)
    #expect(through.output == help.output)
    #expect(try Program.mixture.run(verb).ending == .status(64), "what it needs was not given")
  }

  @Test func `the front door passes plans, builds, explanations and refusals through`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(SampleStores.manifest("samples: 60"))
    let out = samples.directory("out")
    let direct = try Program.mixture.run("plan", manifest, "--stores", samples.stores)
    let plan = try Program.frontDoor.run("mixture", "plan", manifest, "--stores", samples.stores)
    expectDone(plan)
    #expect(plan.output == direct.output && plan.output.contains("samples: 60"))
    let build = try Program.frontDoor.run(["mixture"] + samples.arguments(manifest, out, "--json"))
    expectDone(build)
    #expect(try build.json["complete"]?.bool == true)
    for words in [["describe", out], ["explain", out, "7", "--stores", samples.stores]] {
      let through = try Program.frontDoor.run(["mixture"] + words)
      expectDone(through)
      #expect(try Program.mixture.run(words).output == through.output && through.output.count > 60)
    }
    expectRefusal(try Program.frontDoor.run("mixture", "verify", samples.directory("none")), 66, "none")
    #expect(try Program.frontDoor.run("mixture").output.contains("SUBCOMMANDS"))
  }

  @Test func `warnings stand in the JSON object and nowhere else when it is asked for`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(SampleStores.manifest("samples: 60\nviews: [primary, wrist]"))
    for words in [
      ["plan", manifest, "--stores", samples.stores],
      ["build", manifest, "--stores", samples.stores, "--out", samples.directory("out")],
    ] {
      let json = try Program.mixture.run(words + ["--json"])
      expectDone(json)
      let warnings = try json.json["warnings"]?.elements?.compactMap(\.text) ?? []
      #expect(warnings.count == 1 && warnings[0].hasPrefix("`metaworld_button_drawer` has no view wrist"))
      let text = try Program.mixture.run(words)
      #expect(text.ending == .status(0))
      #expect(text.complaints.map(String.init) == warnings.map { "armature: warning: " + $0 })
    }
  }
}
