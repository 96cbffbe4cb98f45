# Prints the URL and checksum that the formula ARGV[0] resolves to on the system ARGV[1] (linux,
# macos) with the processor ARGV[2] (intel, arm), with as much of Homebrew as the formula uses.
class Formula
  class << self
    attr_reader :needed

    def on_macos = (yield if ARGV[1] == "macos")
    def on_linux = (yield if ARGV[1] == "linux")
    def on_arm = (yield if ARGV[2] == "arm")
    def on_intel = (yield if ARGV[2] == "intel")
    def version(text = nil) = text ? @version = text : @version
    def url(text = nil) = text ? @url = text : @url
    def sha256(text = nil) = text ? @sha256 = text : @sha256
    def depends_on(what) = @needed = what[:arch]
    def desc(*) = nil
    def homepage(*) = nil
    def license(*) = nil
    def livecheck = nil
    def service = nil
    def test = nil
  end
end

load ARGV[0]
if Atmosphere.url
  puts "#{Atmosphere.url} #{Atmosphere.sha256}"
elsif Atmosphere.needed
  puts "needs #{Atmosphere.needed}"
end
