# The version and the checksums are written by dist-scripts/release.ts; zeros match no file.
class Atmosphere < Formula
  desc "Local front door to every AI capability you own"
  homepage "https://github.com/atmosphere/atmosphere"
  version "0.1.0"
  license "MIT"

  livecheck do
    url :stable
    strategy :github_latest
  end

  bottle do
    root_url "https://github.com/atmosphere/atmosphere/releases/download/v0.1.0"
    sha256 cellar: :any_skip_relocation, arm64_sonoma: "0000000000000000000000000000000000000000000000000000000000000000"
    sha256 cellar: :any_skip_relocation, sonoma:       "0000000000000000000000000000000000000000000000000000000000000000"
    sha256 cellar: :any_skip_relocation, arm64_linux:  "0000000000000000000000000000000000000000000000000000000000000000"
    sha256 cellar: :any_skip_relocation, x86_64_linux: "0000000000000000000000000000000000000000000000000000000000000000"
  end

  on_macos do
    on_arm do
      url "https://github.com/atmosphere/atmosphere/releases/download/v#{version}/atmosphere-aarch64-apple-darwin.tar.xz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
    on_intel do
      url "https://github.com/atmosphere/atmosphere/releases/download/v#{version}/atmosphere-x86_64-apple-darwin.tar.xz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/atmosphere/atmosphere/releases/download/v#{version}/atmosphere-aarch64-unknown-linux-gnu.tar.xz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
    on_intel do
      url "https://github.com/atmosphere/atmosphere/releases/download/v#{version}/atmosphere-x86_64-unknown-linux-gnu.tar.xz"
      sha256 "0000000000000000000000000000000000000000000000000000000000000000"
    end
  end

  def install
    bin.install "atmosphere"
    prefix.install "NOTICES.txt"
    bash_completion.install "completions/atmosphere.bash" => "atmosphere"
    fish_completion.install "completions/atmosphere.fish"
    zsh_completion.install "completions/_atmosphere"
    pwsh_completion.install "completions/atmosphere.ps1" => "_atmosphere.ps1"
    man1.install Dir["man/*.1"]
  end

  service do
    run [opt_bin/"atmosphere", "serve"]
    keep_alive true
    log_path var/"log/atmosphere.log"
    error_log_path var/"log/atmosphere.log"
  end

  test do
    ENV["ATMOSPHERE_DATA_DIR"] = testpath/"data"
    assert_match version.to_s, shell_output("#{bin}/atmosphere --version")
    system bin/"atmosphere", "init", "--no-discovery"
    assert_path_exists testpath/"data/identity.json"
    assert_match "Node Status", shell_output("#{bin}/atmosphere status")
  end
end
