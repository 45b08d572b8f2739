import ByteIO
import JSON
import TestSupport
import Testing

/// The verbs of the mixture stage as processes.
@Suite struct MixtureProgramTests {
  @Test func `each verb prints exactly one JSON object, or text for people`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write()
    let out = samples.directory("mixture")
    for arguments in [
      ["plan", manifest, "--stores", samples.stores], ["plan", manifest, "--stores", samples.stores, "--at", "17"],
      ["plan", "oxe_magic_soup_plus", "--simulate"], ["build", manifest, "--stores", samples.stores, "--out", out],
      ["verify", out], ["describe", out], ["explain", out, "17", "--stores", samples.stores], ["explain", out, "17"],
      ["stream", out, "--samples", "3", "--size", "8"], ["bench", out, "--samples", "64", "--size", "8"],
      ["export", out, "--format", "wds", "--out", samples.directory("wds")],
      ["export", out, "--format", "mds", "--out", samples.directory("mds")],
    ] {
      let outcome = try Program.mixture.run(arguments + ["--json"])
      expectDone(outcome)
      #expect(try outcome.json.members != nil, "\(arguments)")
      #expect(outcome.output.hasSuffix("}\n") && outcome.output.filter { $0 == "\n" }.count == 1, "\(arguments)")
      // A complete export is left alone, so the second goes elsewhere.
      let text = try Program.mixture.run(
        arguments.map { $0.hasSuffix("/wds") || $0.hasSuffix("/mds") ? $0 + "-2" : $0 })
      #expect(text.ending == .status(0), "\(arguments): \(text.complaint)")
      #expect(text.output.count > 20)
    }
    for verb in ["plan", "build", "verify", "describe", "explain", "export", "stream", "bench"] {
      let help = try Program.mixture.run(verb, "--help")
      expectDone(help)
      #expect(help.output.contains("--json"), "\(verb)")
    }
    let front = try Program.frontDoor.run("mixture", "verify", out)
    expectDone(front)
    #expect(front.output.contains("sound; 3000 samples"))
  }

  @Test func `a sample is explained alike by the plan and by the built mixture`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write()
    let out = samples.directory("mixture")
    expectDone(try Program.mixture.run(samples.arguments(manifest, out)))
    for position in [0, 1234, 2999] {
      let planned = try Program.mixture.run(
        "plan", manifest, "--stores", samples.stores, "--at", "\(position)", "--json"
      ).json
      let built = try Program.mixture.run("explain", out, "\(position)", "--stores", samples.stores, "--json").json
      let alone = try Program.mixture.run("explain", out, "\(position)", "--json").json
      for key in ["position", "dataset", "episode", "step", "instruction", "action"] {
        #expect(planned[key] != nil && planned[key] == built[key] && built[key] == alone[key], "\(key)")
      }
      for key in ["source_file", "source_record", "source_offset", "split"] {
        #expect(planned[key] != nil && planned[key] != .null && planned[key] == built[key], "\(key)")
        #expect(alone[key] == .null)
      }
    }
  }

  @Test func `the published mixtures are planned without data`() throws {
    let outcome = try Program.mixture.run("plan", "oxe_magic_soup_plus", "--simulate", "--json")
    expectDone(outcome)
    let plan = try outcome.json
    #expect(plan["samples"]?.integer == 15_361_038)
    #expect(plan["epoch_samples"]?.integer == 15_361_038)
    var shares: [String: Double] = [:]
    for row in plan["datasets"]?.elements ?? [] { shares[row["dataset"]?.text ?? ""] = row["share"]?.double }
    #expect(shares.count == 27)
    // What the published weights and counts come to, in per cent.
    for (dataset, share) in [("fractal20220817_data", 13.3), ("language_table", 4.6), ("droid", 10.6), ("bc_z", 7.8)] {
      #expect(abs(100 * (shares[dataset] ?? 0) - share) < 0.06, "\(dataset)")
    }
    #expect(outcome.peakByteCount < 200 << 20)
    expectRefusal(
      try Program.mixture.run("plan", "tdroid_carrot_in_bowl", "--simulate"), 66, "tdroid_carrot_in_bowl.yaml",
      "number of transitions")
  }

  @Test func `a dataset that repeats, lacks a view or loses its tasks is warned of`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write(
      """
      name: m
      entries:
        - {dataset: metaworld_reach_push, where: "instruction LIKE 'push%'"}
      samples: 30000
      views: [primary, secondary]

      """)
    let outcome = try Program.mixture.run("plan", manifest, "--stores", samples.stores)
    #expect(outcome.ending == .status(0))
    #expect(outcome.complaint.contains("repeats"))
    #expect(outcome.complaint.contains("has no view secondary"))
    #expect(outcome.complaint.contains("leave no episode of 2 of its 4 tasks"), "\(outcome.complaint)")
  }

  @Test func `a relative path leads to a store beside the manifest`() throws {
    let samples = try SampleStores()
    let manifest = try samples.write("name: m\nentries:\n  - {store: stores/metaworld_reach_push}\n")
    let plan = try Program.mixture.run("plan", manifest, "--json")
    expectDone(plan)
    #expect(try plan.json["samples"]?.integer == 1320)
  }
}
