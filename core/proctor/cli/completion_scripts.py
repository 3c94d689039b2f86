"""What each shell reads to complete our command lines: it asks `proctor complete-line`."""

_BASH = r"""# Completion of proctor's command lines for bash 3.2 and newer.
_proctor() {
    local value word=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r value; do
        case $value in
            :files | :folders)
                local what=-f
                [[ $value == :folders ]] && what=-d
                type compopt > /dev/null 2>&1 && compopt -o filenames +o nospace
                [[ $word == = ]] && word=
                while IFS= read -r value; do
                    COMPREPLY+=("$value")
                done < <(compgen "$what" -- "$word")
                return
                ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done < <("$1" complete-line bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2> /dev/null)
}
complete -o nospace -F _proctor proctor
"""

_ZSH = r"""#compdef proctor
# Completion of proctor's command lines for zsh.
_proctor() {
    local value help
    local -a whole open
    while IFS=$'\t' read -r value help; do
        case $value in
            :files) _files; return ;;
            :folders) _files -/; return ;;
            *=) open+=("${value//:/\\:}:$help") ;;
            *) whole+=("${value//:/\\:}:$help") ;;
        esac
    done < <("${(Q)words[1]}" complete-line zsh "${(@Q)words[2,CURRENT]}" 2> /dev/null)
    (( $#whole )) && _describe -V proctor whole
    (( $#open )) && _describe -V proctor open -S ''
    (( $#whole + $#open ))
}
if [[ $funcstack[1] == _proctor ]]; then
    _proctor "$@"
else
    compdef _proctor proctor
fi
"""

_FISH = r"""# Completion of proctor's command lines for fish.
function __proctor_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test -n "$current"; or set current ""
    set -l lines (command $words[1] complete-line fish $words[2..-1] $current 2> /dev/null)
    switch "$lines[1]"
        case ':files*'
            __fish_complete_path $current
        case ':folders*'
            __fish_complete_directories $current
        case '*'
            test -n "$lines[1]"; and printf '%s\n' $lines
    end
end
complete -c proctor -f -a '(__proctor_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
