import ByteIO
import DatasetManifest
import FoundationEssentials
import ManifestSyntax
import TestSupport
import Testing

/// Every shipped manifest with one thing spoilt gives one good line, or is still valid.
@Suite struct ShippedManifestTests {
  static let names = ((try? Directory.names(Repository.root + "/manifests/datasets")) ?? [])
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(".yaml".count)) }

  @Test func `there is one for every dataset of the reference`() throws {
    let fixtures = try Directory.names(Repository.fixture("Registry")).filter { $0.hasSuffix(".safetensors") }
    #expect(fixtures.count == 70)
    for file in fixtures { #expect(Self.names.contains(String(file.dropLast(".safetensors".count))), "\(file)") }
  }

  private func lines(_ name: String) throws -> [String] {
    String(decoding: try readBytes(Repository.root + "/manifests/datasets/\(name).yaml"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Returns whether reading `lines` fails; the error must be one line that starts with file and line.
  private func fails(_ lines: [String], _ what: String) -> Bool {
    do throws(ManifestError) {
      _ = try DatasetManifest(lines.joined(separator: "\n"))
      return false
    } catch {
      #expect(error.line != nil, "\(what): \(error)")
      #expect(error.description.hasPrefix("test.yaml:\(error.line ?? 0):"), "\(what): \(error)")
      #expect(!error.description.contains("\n"), "\(what)")
      return true
    }
  }

  @Test(arguments: names)
  func `it is valid, short and says its own name`(name: String) throws {
    let manifest = try DatasetManifest(path: Repository.root + "/manifests/datasets/\(name).yaml")
    #expect(manifest.name == name)
    #expect(try lines(name).count < 60)
  }

  @Test(arguments: names)
  func `without one of its keys it is refused or still valid`(name: String) throws {
    let lines = try lines(name)
    // Two masks stand in for the encoding of the action; a joint encoding has no masks of its own.
    let required = ["dataset", "action", "views"] + (lines.contains("masks:") ? ["masks"] : ["encodings"])
    let usesDifference = lines.contains { $0.contains("difference(") }
    for (i, line) in lines.enumerated() {
      guard let first = line.first, first.isLetter, let key = line.split(separator: ":").first else {
        continue
      }
      let end = lines[(i + 1)...].firstIndex { $0.first?.isLetter ?? false } ?? lines.count
      let failed = fails(Array(lines[..<i] + lines[end...]), "without \(key)")
      // Without `drop`, a difference has no last value.
      let isNeeded = required.contains(String(key)) || (key == "drop" && usesDifference)
      #expect(failed == isNeeded, "\(key)")
    }
    for i in lines.indices { _ = fails(Array(lines[..<i] + lines[(i + 1)...]), "without line \(i + 1)") }
  }

  @Test(arguments: names)
  func `with the type of a value changed it is refused`(name: String) throws {
    let lines = try lines(name)
    let shapes = lines.firstIndex(of: "shapes:") ?? lines.count
    for (i, line) in lines.enumerated() where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":"), line[line.index(after: colon)...].first == " " else {
        continue
      }
      for value in ["[[1]]", "{x: 1}", "", "{}", "[]"] {
        // No dropped steps, the shape of a single number, and no encodings beside masks are fine.
        if value == "{}" && (line.hasPrefix("drop") || line.hasPrefix("encodings") && lines.contains("masks:"))
          || value == "[]" && i > shapes
        {
          continue
        }
        var changed = lines
        changed[i] = line[...colon] + " " + value
        if changed[i] == line { continue }
        // An empty mapping of encodings leaves the masks open, an empty `about` is fine: both checked by key.
        #expect(fails(changed, "line \(i + 1) with \(value)"), "line \(i + 1) with \(value)")
      }
    }
  }

  @Test(arguments: names)
  func `with a key or a function misspelt it is refused with a hint`(name: String) throws {
    let lines = try lines(name)
    let shapes = lines.firstIndex(of: "shapes:") ?? lines.count
    for (i, line) in lines.enumerated() {
      let content = line.drop { " -".contains($0) }
      let word = content.prefix { $0.isLetter || $0 == "_" }
      guard let next = content.dropFirst(word.count).first, next == ":" || next == "(", word.count > 2, i <= shapes
      else { continue }
      var changed = lines
      let start = line.distance(from: line.startIndex, to: content.startIndex)
      changed[i] =
        String(line.prefix(start)) + String(word.dropLast(2)) + String(content.dropFirst(word.count - 1))
      do throws(ManifestError) {
        _ = try DatasetManifest(changed.joined(separator: "\n"))
        Issue.record("line \(i + 1) is still valid: \(changed[i])")
      } catch {
        #expect(error.line == i + 1, "\(error)")
        #expect(error.problem.contains("did you mean `\(word)`"), "\(error)")
      }
    }
  }

  @Test(arguments: names)
  func `with a function inside another misspelt it is refused with a hint`(name: String) throws {
    let lines = try lines(name)
    for (i, line) in lines.enumerated() {
      for function in line.matches(of: /\(([a-z_0-9]{3,})(?=\()/) {
        var changed = lines
        changed[i].replaceSubrange(function.range, with: function.output.0 + "x")
        do throws(ManifestError) {
          _ = try DatasetManifest(changed.joined(separator: "\n"))
          Issue.record("line \(i + 1) is still valid: \(changed[i])")
        } catch {
          #expect(error.line == i + 1, "\(error)")
          #expect(error.problem.contains("did you mean `\(function.output.1)`"), "\(error)")
        }
      }
    }
  }
}
