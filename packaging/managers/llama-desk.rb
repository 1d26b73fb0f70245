class LlamaDesk < Formula
  desc "Private assistant: summaries with sources, a calendar, messages, all offline"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "@DOWNLOADS@/llama-desk-@VERSION@-macos-aarch64"
      sha256 "@SHA256:macos-aarch64@"
    end
    on_intel do
      url "@DOWNLOADS@/llama-desk-@VERSION@-macos-x86_64"
      sha256 "@SHA256:macos-x86_64@"
    end
  end

  on_linux do
    on_intel do
      url "@DOWNLOADS@/llama-desk-@VERSION@-linux-x86_64"
      sha256 "@SHA256:linux-x86_64@"
    end
  end

  def install
    bin.install Dir["llama-desk-*"].first => "llama-desk"
  end

  test do
    assert_match "llama-desk, version @VERSION@", shell_output("#{bin}/llama-desk --version")
  end
end
