import Testing

@testable import Ingest

@Suite struct SuccessRuleTests {
  private func facts(_ declared: Bool? = nil, _ rewards: [Float]? = nil, _ terminal: Bool? = nil) -> EpisodeFacts {
    EpisodeFacts(instruction: nil, metadata: "{}", declaredSuccess: declared, rewards: rewards, endsTerminal: terminal)
  }

  private func judged(_ episodes: [EpisodeFacts]) -> (SuccessRule, [Bool?]) {
    var evidence = SuccessRule.Evidence()
    for episode in episodes { evidence.add(episode) }
    return (evidence.rule, episodes.map { evidence.rule.success($0) })
  }

  @Test func `what the metadata say goes before rewards and endings`() {
    let (rule, found) = judged([facts(true, [0, 0], false), facts(nil, [0, 1], true), facts(false, [1], true)])
    #expect(rule == .metadata)
    #expect(found == [true, nil, false])
  }

  @Test func `rewards of 0 and 1 tell, and go before endings`() {
    let (rule, found) = judged([facts(nil, [0, 0, 1], false), facts(nil, [0, 0], true)])
    #expect(rule == .reward)
    #expect(found == [true, false])
  }

  @Test func `rewards that are all 0, or other numbers, tell nothing`() {
    #expect(judged([facts(nil, [0]), facts(nil, [0])]).0 == .none)
    #expect(judged([facts(nil, [0, 1]), facts(nil, [0.5])]).0 == .none)
    #expect(judged([facts(nil, [0, 1]), facts()]).0 == .none)
  }

  @Test func `terminal endings tell only when episodes differ in them`() {
    let (rule, found) = judged([facts(nil, [0.5], true), facts(nil, [2], false)])
    #expect(rule == .isTerminal)
    #expect(found == [true, false])
    #expect(judged([facts(nil, nil, true), facts(nil, nil, true)]).0 == .none)
    #expect(judged([facts(nil, nil, nil)]).1 == [nil])
  }

  @Test func `the sum of the rewards is kept`() {
    // 0.5 + 0.25 − 1 = −0.25.
    #expect(facts(nil, [0.5, 0.25, -1]).rewardSum == -0.25)
    #expect(facts().rewardSum == nil)
  }
}

@Suite struct ImageFormTests {
  @Test func `each form reads back as it is written`() {
    for (text, form) in [
      ("keep", ImageForm.keep), ("png:64", .png(size: 64)), ("raw:1", .raw(size: 1)),
      ("jpeg:90:224", .jpeg(quality: 90, size: 224)),
    ] {
      #expect(ImageForm(text) == form)
      #expect(form.description == text)
    }
  }

  @Test(arguments: [
    "", "keep:", "keep:1", "png", "png:", "png:0", "png:4097", "png:-1", "png:1:2", "raw:x", "jpeg:90", "jpeg:0:64",
    "jpeg:101:64", "jpeg:90:64:1", "JPEG:90:64", "png:99999999999999999999", " keep",
  ])
  func `what is no form is refused`(text: String) {
    #expect(ImageForm(text) == nil)
  }
}
