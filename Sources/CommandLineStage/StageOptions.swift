public import ArgumentParser
internal import ByteIO
internal import Glibc
public import JSON

/// The options that every verb of every stage has.
public struct StageOptions: ParsableArguments, Sendable {
  @Flag(help: "Print one JSON object on standard output, for programs.")
  public var json = false

  @Flag(help: "Print no progress.")
  public var quiet = false

  public init() {}

  /// Prints `json` when JSON is asked for, else `text`.
  public func report(_ json: @autoclosure () throws -> JSONValue, text: @autoclosure () throws -> String) rethrows {
    print(self.json ? try json().serialized() : try text())
  }
}

/// The option of verbs that work in parallel.
public struct WorkerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many files or shards to work on at a time.", valueName: "n"))
  public var workers: Int = availableCores

  public init() {}

  public func validate() throws {
    guard (1...1024).contains(workers) else { throw ValidationError("--workers must be between 1 and 1024.") }
  }

  /// The number of processors that this process may use.
  public static let availableCores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}

/// Runs `body`, the work of a verb, and turns what it throws into one line on standard error and an exit status.
public func runVerb(_ body: () async throws -> Void) async throws {
  do { try await body() } catch let error as any Failure {
    complain(error.description)
    throw ExitCode(error.kind.rawValue)
  } catch let error as ExitCode { throw error } catch let error as ValidationError { throw error } catch {
    complain("unexpected failure, which is a bug in Armature: \(error)")
    throw ExitCode(FailureKind.bug.rawValue)
  }
}

/// Prints one line on standard error.
public func complain(_ message: String) {
  var line = "armature: " + String(message.map { $0.isNewline ? " " : $0 }) + "\n"
  line.withUTF8 { buffer in _ = unsafe write(STDERR_FILENO, buffer.baseAddress, buffer.count) }
}

/// The version of all programs.
public let armatureVersion = "0.1.0"
