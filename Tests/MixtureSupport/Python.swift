import Glibc
import TestSupport

/// A Python interpreter: `ARMATURE_PYTHON`, or else the system's.
public enum Python {
  /// The interpreter's path.
  public static let path = getenv("ARMATURE_PYTHON").map { String(cString: $0) } ?? "/usr/bin/python3"

  /// Why a test that needs modules does not run.
  public static func note(_ modules: String) -> String {
    "\(path) has no \(modules); name an interpreter that has them in ARMATURE_PYTHON"
  }

  /// Whether the interpreter is there and can run `statement`.
  public static func can(_ statement: String) -> Bool { (try? run(["-c", statement]))?.status == 0 }

  /// A program that could not be started.
  public struct NotStarted: Error {}

  /// Runs the interpreter with `arguments` to its end; `python/` of this repository is among its modules' places.
  public static func run(_ arguments: [String]) throws -> (status: Int32, output: String, complaint: String) {
    let files = try TemporaryDirectory()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "complaint")] {
      posix_spawn_file_actions_addopen(&actions, descriptor, files(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = [
      strdup("PYTHONPATH=\(Repository.root)/python"), strdup("PYTHONDONTWRITEBYTECODE=1"),
      strdup("TMPDIR=\(files.path)"), strdup("PATH=/usr/bin:/bin"), nil,
    ]
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, &actions, nil, &words, &variables) == 0 else { throw NotStarted() }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    func text(_ name: String) throws -> String { String(decoding: try readBytes(files(name)), as: UTF8.self) }
    return (status & 0x7F == 0 ? (status >> 8) & 0xFF : -1, try text("output"), try text("complaint"))
  }
}
