-- Sends the radiographs of stable studies to Osteon by C-STORE, once each.
--
-- No loop: results that come back make the study stable again, but they are series of other modalities (SR, PR, SEG, KO, OT),
-- and the series of images carry a note of what was sent of them. Osteon for its part analyses no result of anybody, and an
-- object that it has already changes nothing there.
--
-- Osteon may be away: a job that failed is tried again, at most every ten seconds, until it gets through. Jobs outlive a
-- restart of Orthanc (its option SaveJobs, on by default).

local OSTEON = 'osteon' -- its name in DicomModalities
local MODALITIES = { DX = true, CR = true }
local NOTE = 'OsteonSent' -- a name in UserMetadata
local PAUSE_SECONDS = 10

local function get(uri)
  return ParseJson(RestApiGet(uri))
end

-- Changes whenever an instance joins the series, and with nothing else.
local function stateOf(seriesId)
  return RestApiGet('/series/' .. seriesId .. '/metadata/LastUpdate')
end

local function wasSent(seriesId, state)
  for _, name in pairs(get('/series/' .. seriesId .. '/metadata')) do
    if name == NOTE then
      return RestApiGet('/series/' .. seriesId .. '/metadata/' .. NOTE) == state
    end
  end
  return false
end

function OnStableStudy(studyId, tags, metadata)
  local resources, states = {}, {}
  for _, seriesId in pairs(get('/studies/' .. studyId)['Series']) do
    local modality = get('/series/' .. seriesId)['MainDicomTags']['Modality']
    local state = stateOf(seriesId)
    if MODALITIES[modality] and not wasSent(seriesId, state) then
      table.insert(resources, seriesId)
      states[seriesId] = state
    end
  end
  if #resources == 0 then return end
  local job = { Resources = resources, Synchronous = false }
  RestApiPost('/modalities/' .. OSTEON .. '/store', DumpJson(job, true))
  -- Noted when the job exists: from here on it is the job that does not give up.
  for seriesId, state in pairs(states) do
    RestApiPut('/series/' .. seriesId .. '/metadata/' .. NOTE, state)
  end
end

local lastTry = 0

local function tryAgain(jobId)
  local job = get('/jobs/' .. jobId)
  if job['Type'] ~= 'DicomModalityStore' then return end
  if job['Content']['RemoteAet'] ~= get('/modalities/' .. OSTEON .. '/configuration')['AET'] then return end
  -- Orthanc has no timer here; only other events wait meanwhile.
  local wait = lastTry + PAUSE_SECONDS - os.time()
  if wait > 0 then os.execute('sleep ' .. wait) end
  lastTry = os.time()
  RestApiPost('/jobs/' .. jobId .. '/resubmit', '')
end

function OnJobFailure(jobId)
  tryAgain(jobId)
end

-- What had failed when Orthanc was stopped.
function Initialize()
  for _, jobId in pairs(get('/jobs')) do
    if get('/jobs/' .. jobId)['State'] == 'Failure' then tryAgain(jobId) end
  end
end
