import Glibc

/// The front door: runs `armature-<stage>` with the rest of the arguments, as git runs `git-<command>`.
@main
enum Armature {
  static let stages = [
    ("rlds", "read RLDS and HDF5: inspect, dump, standardize, ingest, stats, tokens, verify, export, scan, registry"),
    ("curate", "find what is wrong in a store: check, report, query, keep, drop, diff, explain, inject"),
    ("mixture", "draw samples from stores: plan, build, verify, describe, explain, export, stream, bench"),
    ("prefs", "make preference pairs of rollouts: pair, audit, rank, export, verify"),
    (
      "train",
      "hold the model: fit, dpo, eval, merge, trace, describe, forward, predict, export, init, tokenizer, bench"
    ),
  ]

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count > 1, !["--help", "-h", "help"].contains(arguments[1]) else {
      print(help)
      exit(arguments.count > 1 ? 0 : 64)
    }
    let stage = arguments[1]
    if stage == "--version" { run("rlds", ["--version"]) }
    guard stages.contains(where: { $0.0 == stage }) else {
      complain("there is no stage `\(stage)`; the stages are \(stages.map(\.0).joined(separator: ", "))")
      exit(64)
    }
    run(stage, Array(arguments.dropFirst(2)))
  }

  static var help: String {
    """
    OVERVIEW: From robot demonstrations to trained policies, stage by stage.

    USAGE: armature <stage> <verb> …

    STAGES:
    \(stages.map { "  " + $0.0 + String(repeating: " ", count: 10 - $0.0.count) + $0.1 }.joined(separator: "\n"))

      See `armature <stage> --help` for the verbs of a stage.
    """
  }

  /// Becomes `armature-<stage>`, which lies beside this program or on the path.
  static func run(_ stage: String, _ arguments: [String]) -> Never {
    let name = "armature-" + stage
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlink("/proc/self/exe", &path, path.count - 1)
    var candidates = [name]
    if length > 0 {
      let own = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if let slash = own.lastIndex(of: "/") { candidates.insert(String(own[...slash]) + name, at: 0) }
    }
    for candidate in candidates {
      var words: [UnsafeMutablePointer<CChar>?] = unsafe ([name] + arguments).map { unsafe strdup($0) }
      unsafe words.append(nil)
      unsafe execvp(candidate, &words)
    }
    complain("`\(name)` is neither beside this program nor on the PATH; run `make install`")
    exit(70)
  }

  static func complain(_ message: String) {
    var line = "armature: \(message)\n"
    line.withUTF8 { buffer in _ = unsafe write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
  }
}
