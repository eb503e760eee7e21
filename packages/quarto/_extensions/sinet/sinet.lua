-- Fences named `sinet` become figures. The program `sinet-docs` draws them; PATH or SINET_DOCS leads to it.

local program = os.getenv("SINET_DOCS") or "sinet-docs"

-- The form of a figure for what is being written.
local function form()
  if FORMAT:match("html") or FORMAT:match("epub") or FORMAT:match("revealjs") then return "html" end
  if FORMAT:match("latex") or FORMAT:match("beamer") then return "latex" end
  return "text"
end

-- The words after the fence's `sinet`: further classes, then attributes.
local function words(block)
  local found = {}
  for place, class in ipairs(block.classes) do
    if place > 1 then table.insert(found, class) end
  end
  for name, value in pairs(block.attributes) do table.insert(found, name .. '="' .. value .. '"') end
  return table.concat(found, " ")
end

function CodeBlock(block)
  if block.classes[1] ~= "sinet" then return nil end
  local asked = pandoc.json.encode({ ["for"] = form(), words = words(block), text = block.text, file = PANDOC_STATE.input_files[1] })
  local answer = pandoc.json.decode(pandoc.pipe(program, { "draw" }, asked .. "\n"), false)
  if answer.error then error(answer.error) end
  if form() == "text" then return pandoc.CodeBlock(answer.figure) end
  return pandoc.RawBlock(form(), answer.figure)
end

-- TikZ is a package of LaTeX.
function Meta(meta)
  if form() ~= "latex" then return nil end
  local header = meta["header-includes"] or pandoc.List()
  if pandoc.utils.type(header) ~= "List" then header = pandoc.List({ header }) end
  header:insert(pandoc.Blocks({ pandoc.RawBlock("latex", "\\usepackage{tikz}") }))
  meta["header-includes"] = header
  return meta
end
