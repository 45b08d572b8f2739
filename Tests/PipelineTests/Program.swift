import ByteIO
import Glibc
import JSON
import TestSupport

/// One of the package's programs, run as a process of its own.
struct Program {
  /// Beside the test bundle, where the build puts all programs.
  static let directory: String = {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    return Directory.parent(of: String(decoding: path[..<max(length, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }()

  static let rlds = Program("armature-rlds")
  static let curate = Program("armature-curate")
  static let mixture = Program("armature-mixture")
  static let prefs = Program("armature-prefs")
  static let train = Program("armature-train")
  static let frontDoor = Program("armature")

  let path: String

  init(_ name: String) { path = Self.directory + "/" + name }

  /// A program of someone else.
  init(path: String) { self.path = path }

  /// How a process ended.
  enum Ending: Equatable {
    case status(Int32)
    case signal(Int32)
  }

  /// What a process left behind.
  struct Outcome {
    let ending: Ending
    let output: String
    let complaint: String
    /// The most resident memory that it was seen to hold; 0 when it ended before it could be looked at.
    let peakByteCount: Int

    /// The lines on standard error.
    var complaints: [Substring] { complaint.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }

    /// Standard output as one JSON document.
    var json: JSONValue {
      get throws { try JSONValue(parsing: Array(output.utf8), file: "standard output") }
    }
  }

  /// Why a program could not be run.
  struct NotStarted: Error {
    let path: String
    let code: Int32
  }

  /// A process that may still run.
  struct Running {
    let process: pid_t
    fileprivate let files: TemporaryDirectory

    func kill() { _ = Glibc.kill(process, SIGKILL) }

    /// Waits for its end.
    func outcome() throws -> Outcome {
      var status: Int32 = 0
      var peak = 0
      while true {
        let ended = waitpid(process, &status, WNOHANG)
        if ended == process { break }
        guard ended == 0 || errno == EINTR else { throw NotStarted(path: "waitpid", code: errno) }
        peak = max(peak, residentPeak)
        usleep(1000)
      }
      let signal = status & 0x7F
      return Outcome(
        ending: signal == 0 ? .status((status >> 8) & 0xFF) : .signal(signal),
        output: String(decoding: try readBytes(files("output")), as: UTF8.self),
        complaint: String(decoding: try readBytes(files("complaint")), as: UTF8.self),
        peakByteCount: peak)
    }

    /// The program's own high-water mark so far, which the kernel keeps from its start on.
    ///
    /// `ru_maxrss` would not do: it begins with the memory of the process that spawned it.
    private var residentPeak: Int {
      guard let bytes = try? readBytes("/proc/\(process)/status") else { return 0 }
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
        return 1024 * (Int(line.split(separator: " ").dropLast().last ?? "") ?? 0)
      }
      return 0
    }
  }

  /// Starts the program with the manifests of this repository, and with further variables.
  func start(_ arguments: [String], variables further: [String: String] = [:]) throws -> Running {
    let files = try TemporaryDirectory()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "complaint")] {
      posix_spawn_file_actions_addopen(&actions, descriptor, files(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = [
      strdup("ARMATURE_MANIFESTS=\(Repository.root)/manifests"), strdup("TMPDIR=\(files.path)"),
      strdup("PATH=/usr/bin:/bin"), strdup("LD_LIBRARY_PATH=\(libraryPath)"),
    ]
    for (name, value) in further { variables.append(strdup("\(name)=\(value)")) }
    variables.append(nil)
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, nil, &words, &variables)
    guard code == 0 else { throw NotStarted(path: path, code: code) }
    return Running(process: process, files: files)
  }

  private var libraryPath: String { getenv("LD_LIBRARY_PATH").map { String(cString: $0) } ?? "" }

  /// Runs the program to its end.
  func run(_ arguments: String...) throws -> Outcome { try start(arguments).outcome() }

  /// Runs the program to its end.
  func run(_ arguments: [String]) throws -> Outcome { try start(arguments).outcome() }

  /// Runs the program to its end with further variables.
  func run(_ arguments: [String], variables: [String: String]) throws -> Outcome {
    try start(arguments, variables: variables).outcome()
  }
}
