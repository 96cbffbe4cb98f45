# As much of Homebrew as the formula ARGV[0] uses, on the system ARGV[1] (linux, macos) with the
# processor ARGV[2] (intel, arm). Prints the archive that it resolves to and each bottle; with
# ARGV[3] and ARGV[4], installs the unpacked archive ARGV[3] into the prefix ARGV[4].
require "fileutils"
require "pathname"

class Keg
  def initialize(path) = @path = Pathname.new(path)

  def install(*sources)
    FileUtils.mkdir_p @path
    sources.flatten.each do |source|
      pairs = source.is_a?(Hash) ? source : { source => File.basename(source) }
      pairs.each { |from, to| FileUtils.cp from, @path/to }
    end
  end
end

class Bottle
  def root_url(text) = @root_url = text

  def sha256(cellar:, **sums)
    name = Atmosphere.name.downcase
    sums.each do |tag, sum|
      puts "bottle #{cellar} #{@root_url}/#{name}-#{Atmosphere.version}.#{tag}.bottle.tar.gz #{sum}"
    end
  end
end

class Formula
  class << self
    def on_macos = (yield if ARGV[1] == "macos")
    def on_linux = (yield if ARGV[1] == "linux")
    def on_arm = (yield if ARGV[2] == "arm")
    def on_intel = (yield if ARGV[2] == "intel")
    def version(text = nil) = text ? @version = text : @version
    def url(text = nil) = text ? @url = text : @url
    def sha256(text = nil) = text ? @sha256 = text : @sha256
    def bottle(&block) = Bottle.new.instance_eval(&block)
    def desc(*) = nil
    def homepage(*) = nil
    def license(*) = nil
    def livecheck = nil
    def service = nil
    def test = nil
  end

  {
    prefix:          "",
    bin:             "bin",
    man1:            "share/man/man1",
    bash_completion: "etc/bash_completion.d",
    fish_completion: "share/fish/vendor_completions.d",
    zsh_completion:  "share/zsh/site-functions",
    pwsh_completion: "share/pwsh/completions",
  }.each { |name, path| define_method(name) { Keg.new(File.join(ARGV[4], path)) } }
end

load ARGV[0]
puts "archive #{Atmosphere.url} #{Atmosphere.sha256}"
Dir.chdir(ARGV[3]) { Atmosphere.new.install } if ARGV[4]
